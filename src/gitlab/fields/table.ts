import type { FieldType, FieldValue } from '../../rules/index.js';
import { classify } from '../event/address.js';
import { filledText, isJsonObject, own, textOf } from '../event/values.js';
import type { EvaluatedEvent } from './evaluated-event.js';

/** A field of the source: its type and how to extract it. */
export interface GitlabField {
  readonly type: FieldType;
  readonly meaning: string;
  readonly extract: (input: EvaluatedEvent) => FieldValue | undefined;
}

const text = (meaning: string, extract: (input: EvaluatedEvent) => string | undefined): GitlabField => ({
  type: 'string',
  meaning,
  extract,
});

/** A key of `details`, of whatever type. */
const detail = (key: string) => (input: EvaluatedEvent) => filledText(own(input.event.details, key));

/** A key of the object that Git operations have as their message. */
const gitDetail = (key: string) => (input: EvaluatedEvent) => {
  const message = own(input.event.details, 'custom_message');
  return isJsonObject(message) ? filledText(own(message, key)) : undefined;
};

/** A key of `details`, otherwise of the event itself. */
const anywhere = (key: string) => (input: EvaluatedEvent) =>
  filledText(own(input.event.details, key)) ?? filledText(own(input.event.document, key));

/** Every field, in the order of the documentation: first those of the Falco plugin, then additional ones. */
export const GITLAB_FIELDS: Readonly<Record<string, GitlabField>> = {
  'gitlab.event_id': text('id of the audit event', ({ event }) => event.id),
  'gitlab.event_type': text('name of its type', ({ event }) => event.type),
  'gitlab.author_id': text('id of the actor; negative if it is not a user', ({ event }) => event.authorId),
  'gitlab.author_name': text('display name of the actor: not unique, editable', ({ event }) => event.authorName),
  'gitlab.author_email': text('e-mail address of the actor', anywhere('author_email')),
  'gitlab.author_class': text('class of who acted, e.g. User, DeployKey', anywhere('author_class')),
  'gitlab.custom_message': text('message; JSON with sorted keys for Git operations', ({ event }) => event.message),
  'gitlab.city': text('city of the address', ({ place }) => place.city),
  'gitlab.country': text('country of the address, in English', ({ place }) => place.country),
  'gitlab.countryisocode': text('country of the address, ISO 3166-1 alpha-2', ({ place }) => place.countryCode),
  'gitlab.continent': text('continent of the address, in English', ({ place }) => place.continent),
  'gitlab.entity_id': text('id of the scope', ({ event }) => event.entityId),
  'gitlab.entity_type': text('Project, Group, User or Gitlab::Audit::InstanceScope', ({ event }) => event.entityType),
  'gitlab.entity_path': text('full path of the scope; a username for User', ({ event }) => event.entityPath),
  'gitlab.failed_login': text('step of the sign-in that failed', detail('failed_login')),
  'gitlab.created_at': text("GitLab's time of the event, as sent", ({ event }) => event.createdAt),
  'gitlab.ip_address': text('address of the actor, as sent', ({ event }) => event.ipAddress),
  'gitlab.op_type': text('add, change or remove', ({ event }) => event.change?.type),
  'gitlab.op_item': text('what was added, changed or removed', ({ event }) => event.change?.item),
  'gitlab.op_changed_from': text('old value', ({ event }) => textOf(own(event.details, 'from'))),
  'gitlab.op_changed_to': text('new value', ({ event }) => textOf(own(event.details, 'to'))),
  'gitlab.target_id': text('id of the target', ({ event }) => event.targetId),
  'gitlab.target_type': text('class of what was acted on', ({ event }) => event.targetType),
  'gitlab.target_details': text('name of the target', ({ event }) => event.targetDetails),
  'gitlab.pluginerrormessage': text("a fault of Packwarden's own receiver", ({ fault }) => fault),
  'gitlab.instance': text('the GitLab instance', ({ event }) => event.instance),
  'gitlab.destination': text('id of the streaming destination', ({ event }) => event.destination),
  'gitlab.header_event_type': text('X-Gitlab-Audit-Event-Type', ({ event }) => event.headerType || undefined),
  'gitlab.sha256': text('SHA-256 of the document as sent, hex', ({ event }) => event.sha256),
  'gitlab.time_status': text('ok, missing or implausible: created_at', ({ event }) => event.timeStatus),
  'gitlab.lateness': {
    type: 'number',
    meaning: 'seconds from created_at to the arrival',
    extract: ({ event }) => Math.round((event.receivedAt - event.time) / 1000),
  },
  'gitlab.access_level': text('access level that was granted', detail('as')),
  'gitlab.provider': text('sign-in provider', detail('with')),
  'gitlab.user_agent': text('user agent of a Git operation over HTTP', detail('user_agent')),
  'gitlab.git_action': text('git-upload-pack or git-receive-pack', gitDetail('action')),
  'gitlab.git_verb': text('clone, pull or push (newer GitLab)', gitDetail('verb')),
  'gitlab.git_protocol': text('ssh, http or web', gitDetail('protocol')),
  'gitlab.ip': { type: 'ip', meaning: 'the address that counts', extract: ({ event }) => event.ip },
  'gitlab.net': { type: 'net', meaning: 'the same, to be compared with networks', extract: ({ event }) => event.ip },
  'gitlab.ip_class': text('public, private, loopback, link-local, cgnat or reserved', ({ event }) =>
    event.ip === undefined ? undefined : classify(event.ip),
  ),
  'gitlab.geo_status': text('ok, private, not_found, disabled, unparsable or missing', ({ place }) => place.status),
  'gitlab.asn': text("number of the network's operator, e.g. AS1221", ({ place }) => place.asn),
  'gitlab.asn_org': text("name of the network's operator", ({ place }) => place.asnOrganisation),
};
