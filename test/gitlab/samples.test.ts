import { beforeAll, describe, expect, it, test } from 'vitest';
import { readEvent } from '../../src/gitlab/event/event.js';
import type { EvaluatedEvent } from '../../src/gitlab/fields/evaluated-event.js';
import { readBody } from '../../src/gitlab/receive/body.js';
import type { RuleEngine } from '../../src/rules/index.js';
import { document, event, received, sample, sampleNames } from './events.js';
import { alertOf, ownRules } from './rules.js';

let engine: RuleEngine<EvaluatedEvent>;
beforeAll(async () => {
  engine = await ownRules();
});

/** Facts on GitLab §4: the rule of each sample and some of its fields. Only the starred ones differ from the plugin (docs/gitlab.md). */
const ROWS: readonly [file: string, rule: string, fields: Record<string, string>][] = [
  [
    'add_gpg_key',
    'GitLab - GPG Key Created',
    { author_id: '1', entity_path: 'root', target_type: 'GpgKey', ip_address: '198.41.0.4' },
  ],
  [
    'cluster_agent_token_created',
    'GitLab - Cluster Agent Token Created',
    { entity_path: 'test/test', target_id: '2', target_details: 'testcluster' },
  ],
  [
    'created_group_namespace_filter',
    'GitLab - Audit Event Destination Filter Created',
    { entity_type: 'Group', target_details: 'test_name' },
  ],
  [
    'destroy_instance_event_streaming_destination',
    'GitLab - Audit Event Streaming Destination updated or destroyed',
    { target_details: 'test', entity_path: 'gitlab_instance' },
  ],
  ['group_access_token_created', 'GitLab - Group Access Token Created', { entity_id: '2', target_details: '6543' }],
  [
    'group_deploy_token_created',
    'GitLab - Deploy Token Created',
    { target_type: 'DeployToken', target_details: 'token-name' },
  ],
  // *: the plugin warns, although this tightens security.
  [
    'group_require_two_factor_authentication_updated',
    'GitLab - Group 2-Factor Authentication made mandatory',
    {
      op_type: 'change',
      op_item: 'require_two_factor_authentication',
      op_changed_from: 'false',
      op_changed_to: 'true',
    },
  ],
  ['ip_restrictions_changed', 'GitLab - IP Restrictions Changed', { entity_path: 'test' }],
  // *: the plugin writes the time in another form, as …44.54Z.
  [
    'login_failed_with_otp_authentication',
    'GitLab Failed Login with failed OTP',
    { failed_login: 'OTP', ip_address: '198.41.0.40', created_at: '2024-02-10T04:02:44.540Z' },
  ],
  ['personal_access_token_created', 'GitLab - Personal Access Token Created', { entity_type: 'User', target_id: '1' }],
  [
    'policy_project_updated',
    'GitLab - Project owner has modified the linked Security Policy Project',
    { entity_path: 'test/test' },
  ],
  [
    'project_access_token_created',
    'GitLab - Project Access Token Created',
    { entity_path: 'group_name/project_name', target_type: 'PersonalAccessToken' },
  ],
  [
    'project_require_password_to_approve_updated',
    'GitLab - Project Setting Require user re-authentication (password or SAML) to approve set to false',
    { op_item: 'require user password for approvals', op_changed_from: 'true', op_changed_to: 'false' },
  ],
  [
    'user_disable_two_factor',
    'GitLab - User disabled two-factor authenticaton',
    { entity_path: 'root', ip_address: '198.41.0.40' },
  ],
  [
    'user_impersonation',
    'GitLab - Administrator impersonated another user',
    { entity_path: 'root', target_details: 'test', created_at: '2024-06-27T01:48:04.000Z' },
  ],
];

describe.skipIf(sampleNames.length === 0)(
  "GitLab's samples, posted as GitLab posts them: raw JSON, labelled a form",
  () => {
    it('every sample has its row', () => {
      expect(sampleNames.toSorted()).toEqual(ROWS.map(([file]) => `${file}.json`).sort());
    });

    test.each(ROWS)('%s', (file, rule, fields) => {
      const { documents } = readBody(sample(`${file}.json`), 'application/x-www-form-urlencoded');
      const [raw] = documents;
      const alert = alertOf(engine, readEvent(received(raw ?? '')));
      expect(alert?.rule).toBe(rule);
      const wanted = { event_type: file, event_id: expect.any(String), ...fields };
      expect(alert?.fields).toMatchObject(
        Object.fromEntries(Object.entries(wanted).map(([key, value]) => [`gitlab.${key}`, value])),
      );
    });
  },
);

/** The samples that the plugin's repository has beside those, rebuilt from facts on GitLab §4. */
const REBUILT: readonly [
  what: string,
  changes: object,
  details: object,
  rule: string | undefined,
  fields: Record<string, string>,
][] = [
  [
    'created_instance_namespace_filter: details win',
    {
      event_type: 'created_instance_namespace_filter',
      entity_type: 'Gitlab::Audit::InstanceScope',
      target_details: 'testdest7',
    },
    { target_details: 'test' },
    'GitLab - Audit Event Destination Filter Created',
    { target_details: 'test' },
  ],
  [
    'event_type_filters_created',
    { event_type: 'event_type_filters_created', entity_type: 'Group' },
    {},
    'GitLab - Audit Event Destination Filter Created',
    {},
  ],
  [
    'login_failed_with_standard_authentication keeps -1',
    { event_type: 'login_failed_with_standard_authentication', author_id: -1 },
    { failed_login: 'STANDARD', target_id: -1, author_class: 'Gitlab::Audit::UnauthenticatedAuthor' },
    'GitLab Failed Login with Standard Authentication',
    { author_id: '-1', target_id: '-1', failed_login: 'STANDARD' },
  ],
  [
    'project_access_token_deleted has a rule here',
    { event_type: 'project_access_token_deleted', ip_address: '198.41.0.4' },
    { ip_address: '198.41.0.40' },
    'GitLab - Credential removed or refused',
    { ip_address: '198.41.0.40' },
  ],
  [
    'repository_git_operation, a push, without a geo database',
    { id: '1' },
    { custom_message: { protocol: 'web', action: 'git-receive-pack' } },
    'GitLab - Repository pushed',
    { event_id: '1', custom_message: '{"action":"git-receive-pack","protocol":"web"}', git_action: 'git-receive-pack' },
  ],
  [
    'require_reauthentication_to_approve_updated',
    { event_type: 'require_reauthentication_to_approve_updated' },
    { change: 'x', from: true, to: false },
    'GitLab - Project Setting Require user re-authentication (password or SAML) to approve set to false',
    { op_changed_to: 'false' },
  ],
  [
    'update_instance_event_streaming_destination',
    { event_type: 'update_instance_event_streaming_destination' },
    { change: 'name', from: 'falco1', to: 'falco2' },
    'GitLab - Audit Event Streaming Destination updated or destroyed',
    { op_item: 'name', op_changed_from: 'falco1' },
  ],
  [
    'user_admin_status_updated',
    { event_type: 'user_admin_status_updated' },
    { change: 'admin status', from: false, to: true },
    'GitLab - Administrator Access Level was enabled on a user',
    { op_changed_to: 'true' },
  ],
];

test.each(REBUILT)('%s', (_what, changes, details, rule, fields) => {
  const alert = alertOf(engine, event({ ...changes }, { ...details }));
  expect(alert?.rule).toBe(rule);
  expect(alert?.fields).toMatchObject(
    Object.fromEntries(Object.entries(fields).map(([key, value]) => [`gitlab.${key}`, value])),
  );
});

describe('fields that the plugin gets wrong (facts on GitLab §5)', () => {
  const fieldsOf = (changes: object, details: object = {}) =>
    alertOf(engine, event({ event_type: 'webhook_created', ...changes }, { ...details }))?.fields ?? {};

  test.each<[string, object, object, Record<string, string>]>([
    ['zero is a value', {}, { from: 0, to: 10 }, { op_changed_from: '0', op_changed_to: '10' }],
    ['a list is a value', {}, { to: [1, 'b'] }, { op_changed_to: '[1,"b"]' }],
    ['an empty old value', {}, { from: '', to: 'x' }, { op_changed_from: '' }],
    [
      'a number where a text is usual',
      {},
      { target_details: 5, add: 7 },
      { target_details: '5', op_type: 'add', op_item: '7' },
    ],
    ['an object where a text is usual', {}, { author_name: { b: 1, a: 2 } }, { author_name: '{"a":2,"b":1}' }],
    [
      'the top level where details lack it',
      { ip_address: '8.8.8.8' },
      { ip_address: undefined },
      { ip_address: '8.8.8.8' },
    ],
    ['details where the top level lacks it', { author_id: null }, { author_id: 9 }, { author_id: '9' }],
    [
      'the type from details',
      { event_type: undefined },
      { event_name: 'webhook_created' },
      { event_type: 'webhook_created' },
    ],
    [
      'a proxy list: the nearest public hop',
      {},
      { ip_address: '10.0.0.1, 1.2.3.4:443 ,192.168.0.1' },
      { ip: '1.2.3.4', ip_class: 'public' },
    ],
    ['a private address', {}, { ip_address: '10.1.2.3' }, { ip: '10.1.2.3', ip_class: 'private' }],
    ['IPv4 in IPv6', {}, { ip_address: '::ffff:9.9.9.9' }, { ip: '9.9.9.9' }],
    [
      'other keys of details',
      {},
      { as: 'Owner', with: 'ldap', user_agent: 'a;b' },
      { access_level: 'Owner', provider: 'ldap', user_agent: 'a;b' },
    ],
    [
      'a time of tomorrow',
      { created_at: '2026-11-25T12:00:00Z' },
      {},
      { time_status: 'implausible', created_at: '2026-11-25T12:00:00Z' },
    ],
    ['a time of 1970', { created_at: '1970-01-01T00:00:00Z' }, {}, { time_status: 'implausible' }],
    ['no time', { created_at: undefined }, {}, { time_status: 'missing' }],
  ])('%s', (_what, changes, details, wanted) => {
    expect(fieldsOf(changes, details)).toMatchObject(
      Object.fromEntries(Object.entries(wanted).map(([key, value]) => [`gitlab.${key}`, value])),
    );
  });

  it('keeps every digit of an id', () => {
    const text = JSON.stringify(document({ event_type: 'webhook_created' })).replace(
      '"entity_id":42',
      '"entity_id":9007199254740993',
    );
    expect(readEvent(received(text)).entityId).toBe('9007199254740993');
  });

  it('an unknown or private address is not abroad; a foreign one is', () => {
    const push = event({}, { custom_message: { verb: 'push' } });
    for (const status of ['disabled', 'private', 'not_found', 'missing', 'unparsable'] as const) {
      expect(alertOf(engine, push, { status })?.rule).toBe('GitLab - Repository pushed');
    }
    const abroad = { status: 'ok', countryCode: 'US' } as const;
    expect(alertOf(engine, push, abroad)?.rule).toBe('GitLab Repository Operation made from unknown country');
    expect(alertOf(engine, push, { status: 'ok', countryCode: 'IE' })?.rule).toBe('GitLab - Repository pushed');
  });

  it('a sender can not raise a fault of the receiver by its name', () => {
    expect(alertOf(engine, event({ event_type: 'pluginerror' }, { pluginerrormessage: 'x' }))).toBeUndefined();
  });
});
