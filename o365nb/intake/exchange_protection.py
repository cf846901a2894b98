"""What guards the mail, who administers Exchange, and what a mailbox holds besides: answers of Exchange's cmdlets."""

from __future__ import annotations

from o365nb.intake.forms import JsonShape


class ExchangeConnectionFilterJson(JsonShape):
    """Get-HostedConnectionFilterPolicy: addresses whose mail is let in unfiltered."""

    name = "exchange-connection-filter-json"
    title = "Get-HostedConnectionFilterPolicy (JSON)"
    kind = "connection_filter"
    must = frozenset({"IPAllowList", "EnableSafeList"})


class ExchangeContentFilterJson(JsonShape):
    """Get-HostedContentFilterPolicy: senders whose mail is let in unfiltered."""

    name = "exchange-content-filter-json"
    title = "Get-HostedContentFilterPolicy (JSON)"
    kind = "content_filter"
    must = frozenset({"AllowedSenders", "AllowedSenderDomains"})


class ExchangeAntiPhishJson(JsonShape):
    """Get-AntiPhishPolicy: whether imitated senders are looked for, and who is spared."""

    name = "exchange-anti-phish-json"
    title = "Get-AntiPhishPolicy (JSON)"
    kind = "anti_phish"
    must = frozenset({"EnableSpoofIntelligence"})


class ExchangeDkimJson(JsonShape):
    """Get-DkimSigningConfig: whether mail of a domain is signed."""

    name = "exchange-dkim-json"
    title = "Get-DkimSigningConfig (JSON)"
    kind = "dkim"
    must = frozenset({"Domain", "Enabled"})
    any_of = frozenset({"Selector1CNAME", "SigningAlgorithm", "Status"})


class ExchangeTransportConfigJson(JsonShape):
    """Get-TransportConfig: whether old ways of sending are on for everybody."""

    name = "exchange-transport-config-json"
    title = "Get-TransportConfig (JSON)"
    kind = "transport_config"
    must = frozenset({"SmtpClientAuthenticationDisabled"})
    never = frozenset({"ImapEnabled"})


class ExchangeAuthenticationPolicyJson(JsonShape):
    """Get-AuthenticationPolicy: which protocols take a password alone."""

    name = "exchange-authentication-policy-json"
    title = "Get-AuthenticationPolicy (JSON)"
    kind = "authentication_policy"
    must = frozenset({"AllowBasicAuthImap", "AllowBasicAuthSmtp"})


class ExchangeAllowBlockJson(JsonShape):
    """Get-TenantAllowBlockListItems: what is let in, or kept out, against the filters' judgement."""

    name = "exchange-allow-block-json"
    title = "Get-TenantAllowBlockListItems (JSON)"
    kind = "allow_block"
    must = frozenset({"Value", "Action", "ExpirationDate"})


class ExchangeApplicationAccessPolicyJson(JsonShape):
    """Get-ApplicationAccessPolicy: to which mailboxes an application's rights are held."""

    name = "exchange-application-access-policy-json"
    title = "Get-ApplicationAccessPolicy (JSON)"
    kind = "application_access_policy"
    must = frozenset({"AppId", "AccessRight"})


class ExchangeRoleGroupJson(JsonShape):
    """Get-RoleGroup: who administers Exchange."""

    name = "exchange-role-group-json"
    title = "Get-RoleGroup (JSON)"
    kind = "role_group"
    must = frozenset({"Name", "Roles", "Members"})


class ExchangeRoleAssignmentJson(JsonShape):
    """Get-ManagementRoleAssignment: who has which role, such as reading every mailbox."""

    name = "exchange-role-assignment-json"
    title = "Get-ManagementRoleAssignment (JSON)"
    kind = "role_assignment"
    must = frozenset({"Role", "RoleAssigneeName"})


class ExchangeJunkMailJson(JsonShape):
    """Get-MailboxJunkEmailConfiguration: senders whose mail is never junk, or always."""

    name = "exchange-junk-mail-json"
    title = "Get-MailboxJunkEmailConfiguration (JSON)"
    kind = "junk_mail"
    must = frozenset({"TrustedSendersAndDomains", "BlockedSendersAndDomains"})


class ExchangeCalendarProcessingJson(JsonShape):
    """Get-CalendarProcessing: who else gets the meeting requests."""

    name = "exchange-calendar-processing-json"
    title = "Get-CalendarProcessing (JSON)"
    kind = "calendar_processing"
    must = frozenset({"AutomateProcessing", "ForwardRequestsToDelegates"})


class ExchangeMailboxStatisticsJson(JsonShape):
    """Get-MailboxStatistics: how much is in it, and how much was deleted."""

    name = "exchange-mailbox-statistics-json"
    title = "Get-MailboxStatistics (JSON)"
    kind = "mailbox_statistics"
    must = frozenset({"ItemCount", "TotalItemSize", "DeletedItemCount"})


class ExchangeRecoverableItemJson(JsonShape):
    """Get-RecoverableItems: what was deleted and can be got back."""

    name = "exchange-recoverable-item-json"
    title = "Get-RecoverableItems (JSON)"
    kind = "recoverable_item"
    must = frozenset({"SourceFolder", "LastParentPath", "ItemClass"})


class ExchangeAppJson(JsonShape):
    """Get-App: add-ins of the mailbox; one of them may read it."""

    name = "exchange-app-json"
    title = "Get-App (JSON)"
    kind = "addin"
    must = frozenset({"AppId", "ProviderName", "Scope"})


class ExchangeQuarantineJson(JsonShape):
    """Get-QuarantineMessage: mail that the service holds back."""

    name = "exchange-quarantine-json"
    title = "Get-QuarantineMessage (JSON)"
    kind = "quarantined"
    must = frozenset({"SenderAddress", "RecipientAddress", "ReceivedTime"})
    any_of = frozenset({"ReleaseStatus", "QuarantineTypes", "Expires"})


class ExchangeRightsElsewhereJson(JsonShape):
    """Get-MailboxPermission and Get-RecipientPermission asked for one trustee: what that account may elsewhere.

    By content it is the same as the rights to a mailbox, so exported files are never taken for it.
    """

    name = "exchange-rights-elsewhere-json"
    title = "Rights of one account to other mailboxes (JSON, live only)"
    kind = "right_elsewhere"
    must = frozenset({"AccessRights"})
    any_of = frozenset({"User", "Trustee"})

    def recognise(self, text: str) -> float:
        return 0.0


class ExchangeMessageDetailJson(JsonShape):
    """Get-MessageTraceDetailV2: the steps of one message for one recipient."""

    name = "exchange-message-detail-json"
    title = "Get-MessageTraceDetailV2 (JSON)"
    kind = "message_detail"
    must = frozenset({"Date", "Event", "Detail"})
    any_of = frozenset({"MessageTraceId", "MessageId"})
