#!/bin/sh
# Is on PATH under the names of command line tools that keep a user's session (gh, aws, gcloud …). A shell that looks for
# a missing tool starts nothing, which no sensor sees; this one is started. Asked for a credential, it prints a planted one;
# asked for anything else, it behaves like a shell that can't find the tool.
home=/home/ci
asked="${0##*/} $*"

value_of() { sed -n "s/^[[:blank:]]*\"\{0,1\}$1\"\{0,1\}[[:blank:]]*[=:][[:blank:]]*\"\{0,1\}\([^\",]*\).*/\1/p" "$2" 2> /dev/null | head -n 1; }

case $asked in
  'gh auth token'* | 'gh config get '*oauth_token*) value_of oauth_token "$home/.config/gh/hosts.yml" ;;
  'gh auth status'*) cat "$home/.config/gh/hosts.yml" ;;
  'aws configure get aws_access_key_id'*) value_of aws_access_key_id "$home/.aws/credentials" ;;
  'aws configure get aws_secret_access_key'*) value_of aws_secret_access_key "$home/.aws/credentials" ;;
  'aws configure'* | 'aws sts'*) cat "$home/.aws/credentials" ;;
  'gcloud auth '*'print-access-token'* | 'gcloud auth print-'*) value_of refresh_token "$home/.config/gcloud/application_default_credentials.json" ;;
  'az account get-access-token'*) cat "$home"/.azure/*.json ;;
  'kubectl config view'*) cat "$home/.kube/config" ;;
  'vault print token'* | 'vault token lookup'*) cat "$home/.vault-token" ;;
  *)
    echo "sh: 1: ${0##*/}: not found" >&2
    exit 127
    ;;
esac
