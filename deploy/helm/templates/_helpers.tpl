{{- define "packwarden.name" -}}
{{- printf "%s-packwarden" .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "packwarden.selector" -}}
app.kubernetes.io/name: packwarden
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "packwarden.labels" -}}
{{ include "packwarden.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
{{- end -}}

{{- /* The image of one part: dict "root" . "part" "api" */ -}}
{{- define "packwarden.image" -}}
{{- $image := .root.Values.image -}}
{{- with $image.registry }}{{ . }}/{{ end }}packwarden/{{ .part }}:{{ $image.tag | default .root.Chart.AppVersion }}
{{- end -}}

{{- define "packwarden.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . | quote }}
  {{- end }}
{{- end }}
{{- end -}}

{{- define "packwarden.claim" -}}
{{- .Values.storage.existingClaim | default (printf "%s-data" (include "packwarden.name" .)) -}}
{{- end -}}

{{- /* What API and worker have in common. */ -}}
{{- define "packwarden.environment" -}}
- name: PACKWARDEN_REDIS_URL
{{- if .Values.redis.bundled }}
  value: {{ printf "redis://%s-redis:6379" (include "packwarden.name" .) | quote }}
{{- else if .Values.redis.url }}
  value: {{ .Values.redis.url | quote }}
{{- else }}
  valueFrom:
    secretKeyRef:
      name: {{ .Values.secretName | quote }}
      key: redis-url
{{- end }}
{{- range $name, $value := .Values.settings }}
- name: {{ $name }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- end -}}
