/** How relevant an event is in combination with a suspicious install, judging by its type alone. */
export type Weight = 'none' | 'medium' | 'high' | 'critical';

/** The families of facts on GitLab §6.6. `guard` covers branches, pushes and merges. */
export type FamilyName =
  | 'job-token'
  | 'code-read'
  | 'secret-read'
  | 'secret-changed'
  | 'credential-minted'
  | 'runner'
  | 'job-token-scope'
  | 'guard'
  | 'merge'
  | 'policy'
  | 'publish'
  | 'deploy'
  | 'identity'
  | 'takeover'
  | 'exfiltration'
  | 'monitoring-tampered';

/** Event types with the same meaning for a job. */
export interface Family {
  readonly name: FamilyName;
  readonly weight: Weight;
}

/** Types by family; `*` matches any letters, since GitLab's names vary by scope and version. */
const TYPES: Readonly<Record<FamilyName, { readonly weight: Weight; readonly types: string }>> = {
  'job-token': { weight: 'high', types: 'user_authenticated_using_job_token' },
  'code-read': {
    weight: 'high',
    types: `repository_git_operation repository_download_operation public_repository_download_operation
      repository_file_accessed_api repository_file_accessed_web job_artifact_downloaded project_export_created
      project_export_file_download_started direct_transfer_*`,
  },
  'secret-read': {
    weight: 'high',
    types: `variable_viewed_api variable_viewed_graphql project_ci_cd_settings_accessed group_ci_cd_settings_accessed
      secrets_manager_read_project_secret`,
  },
  'secret-changed': {
    weight: 'high',
    types: `ci_variable_created ci_variable_updated ci_variable_deleted ci_group_variable_* ci_instance_variable_*
      secrets_manager_create_project_secret secrets_manager_update_project_secret secrets_manager_delete_project_secret`,
  },
  'credential-minted': {
    weight: 'high',
    types: `project_access_token_* group_access_token_* personal_access_token_created personal_access_token_revoked
      personal_access_token_used_from_unseen_ip deploy_token_* group_deploy_token_* deploy_key_added deploy_key_removed
      add_ssh_key remove_ssh_key add_gpg_key remove_gpg_key create_ssh_certificate cluster_agent_token_created
      cluster_agent_token_revoked cluster_agent_created oauth_application_created user_authorized_oauth_application
      api_request_access_with_scope`,
  },
  runner: {
    weight: 'high',
    types: `ci_runner_* ci_runners_bulk_deleted set_runner_associated_projects allow_runner_registration_token_updated
      runner_registration_enabled_updated`,
  },
  'job-token-scope': { weight: 'high', types: 'secure_ci_job_token_*' },
  guard: {
    weight: 'medium',
    types: `protected_branch_* project_default_branch_updated project_push_rules_* group_push_rules_*
      approval_rule_created approval_rule_deleted update_approval_rules project_merge_requests_*
      project_reset_approvals_on_push_updated project_disable_overriding_approvers_per_merge_request_updated
      require_reauthentication_to_approve_updated require_password_to_approve_updated
      project_require_password_to_approve_updated project_only_allow_merge_if_pipeline_succeeds_updated
      allow_merge_on_skipped_pipeline_updated merge_request_invalid_approver_rules`,
  },
  merge: {
    weight: 'medium',
    types: 'merge_request_merged merge_request_merged_by_project_bot merge_request_created_by_project_bot',
  },
  policy: {
    weight: 'high',
    types: `policy_project_updated security_policy_* skip_secret_push_protection project_security_exclusion_created
      project_security_setting_updated group_secret_push_protection_updated delete_status_check update_status_check
      external_status_check_url_updated`,
  },
  publish: {
    weight: 'high',
    types: `package_registry_package_published package_registry_package_deleted container_repository_created
      container_repository_deleted container_repository_tags_deleted destroy_pipeline`,
  },
  deploy: {
    weight: 'medium',
    types: `release_created release_updated deployment_started deployment_approved environment_unprotected
      protected_environment_* multi_project_downstream_pipeline_created`,
  },
  takeover: {
    weight: 'high',
    types: `user_admin_status_updated user_auditor_status_updated user_impersonation user_disable_two_factor
      user_enable_admin_mode group_require_two_factor_authentication_updated group_two_factor_grace_period_updated`,
  },
  identity: {
    weight: 'medium',
    types: `member_created member_updated member_destroyed project_group_link_created
      group_share_with_group_link_created member_role_* user_created user_email_address_updated user_password_updated
      email_created ip_restrictions_changed disable_personal_access_tokens_updated login_failed_with_*
      omniauth_login_failed user_access_locked authenticated_with_*`,
  },
  exfiltration: {
    weight: 'medium',
    types: `webhook_created webhook_destroyed project_visibility_level_updated group_visibility_level_updated
      project_fork_operation prevent_forking_outside_group_updated project_feature_*`,
  },
  'monitoring-tampered': {
    weight: 'critical',
    types: `update_event_streaming_destination destroy_event_streaming_destination
      update_instance_event_streaming_destination destroy_instance_event_streaming_destination amazon_s3_configuration_*
      google_cloud_logging_configuration_* instance_amazon_s3_configuration_*
      instance_google_cloud_logging_configuration_* updated_group_audit_event_streaming_destination
      deleted_group_audit_event_streaming_destination updated_instance_audit_event_streaming_destination
      deleted_instance_audit_event_streaming_destination event_type_filters_created event_type_filters_deleted
      create_http_namespace_filter delete_http_namespace_filter created_group_namespace_filter
      deleted_group_namespace_filter created_instance_namespace_filter deleted_instance_namespace_filter
      audit_events_streaming_headers_* audit_events_streaming_instance_headers_*`,
  },
};

const EXACT = new Map<string, Family>();
const PREFIXES: [prefix: string, family: Family][] = [];
for (const [name, { weight, types }] of Object.entries(TYPES) as [FamilyName, (typeof TYPES)[FamilyName]][]) {
  for (const type of types.split(/\s+/)) {
    if (type.endsWith('*')) PREFIXES.push([type.slice(0, -1), { name, weight }]);
    else EXACT.set(type, { name, weight });
  }
}

/** The family of an event type; undefined for types that are irrelevant for installs. */
export function familyOf(type: string): Family | undefined {
  return EXACT.get(type) ?? PREFIXES.find(([prefix]) => type.startsWith(prefix))?.[1];
}

/** Every known type and pattern, for the test that checks that the rules cover them, too. */
export function knownTypes(): readonly (readonly [type: string, family: FamilyName])[] {
  return Object.entries(TYPES).flatMap(([name, { types }]) =>
    types.split(/\s+/).map((type) => [type, name as FamilyName] as const),
  );
}
