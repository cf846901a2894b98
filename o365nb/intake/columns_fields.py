"""What a column map may fill: for each kind of record our name of a field, and where Microsoft's form has it.

A field is written `name: place`, or `name: place kind`: the place is a path into the record (`status.errorCode`,
`targetResources.0.id`), the kind is time, number, list or json (text when nothing is said). A field that every row must
say ends in `!`, one that the map must name ends in `*`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from o365nb.intake.base import OWNER

_FIELDS = {
    "sign_in": """
        time!: createdDateTime time
        user*: userPrincipalName
        ip: ipAddress
        result_code: status.errorCode number
        result_reason: status.failureReason
        app_name: appDisplayName
        app_id: appId
        client_app: clientAppUsed
        user_agent: userAgent
        interactive: isInteractive
        event_types: signInEventTypes list
        country: location.countryOrRegion
        state: location.state
        city: location.city
        asn: autonomousSystemNumber
        os: deviceDetail.operatingSystem
        browser: deviceDetail.browser
        device_id: deviceDetail.deviceId
        device_name: deviceDetail.displayName
        managed: deviceDetail.isManaged
        compliant: deviceDetail.isCompliant
        join_type: deviceDetail.trustType
        session_id: sessionId
        token_id: uniqueTokenIdentifier
        correlation_id: correlationId
        id: id
        user_id: userId
        user_type: userType
        resource: resourceDisplayName
        resource_id: resourceId
        mfa: authenticationRequirement
        mfa_method: mfaDetail.authMethod
        steps: authenticationDetails json
        conditional_access: conditionalAccessStatus
        protocol: authenticationProtocol
        transfer_method: originalTransferMethod
        token_type: incomingTokenType
        risk_level: riskLevelDuringSignIn
        risk_state: riskState
        service_principal_id: servicePrincipalId
        service_principal_name: servicePrincipalName
    """,
    "audit_record": """
        time!: CreationTime time
        operation!: Operation
        user*: UserId
        audit_data: @audit_data json
        workload: Workload
        ip: ClientIP
        user_agent: UserAgent
        target: ObjectId
        result: ResultStatus
        id: Id
        record_type: RecordType
        user_type: UserType
        mailbox: MailboxOwnerUPN
        session_id: SessionId
        device_id: DeviceId
        app_id: ApplicationId
        app_name: ApplicationDisplayName
        client_app: ClientInfoString
        message_id: InternetMessageId
        subject: Subject
        file_name: SourceFileName
        site: SiteUrl
        parameters: Parameters json
        correlation_id: CorrelationId
        error_code: ErrorNumber
    """,
    "directory_audit": """
        time!: activityDateTime time
        activity!: activityDisplayName
        user*: initiatedBy.user.userPrincipalName
        user_id: initiatedBy.user.id
        ip: initiatedBy.user.ipAddress
        app_name: initiatedBy.app.displayName
        app_id: initiatedBy.app.appId
        target: targetResources.0.displayName
        target_user: targetResources.0.userPrincipalName
        target_id: targetResources.0.id
        target_type: targetResources.0.type
        changes: targetResources.0.modifiedProperties json
        category: category
        service: loggedByService
        result: result
        result_reason: resultReason
        operation_type: operationType
        correlation_id: correlationId
        id: id
    """,
    "message_trace": """
        time!: receivedDateTime time
        sender*: senderAddress
        recipients*: @recipients list
        subject: subject
        status: status
        message_id: messageId
        id: id
        size: size number
        from_ip: fromIP
        to_ip: toIP
        direction: directionality
    """,
    "inbox_rule": f"""
        owner*: {OWNER}
        name*: Name
        id: RuleIdentity
        enabled: Enabled
        priority: Priority number
        forward_to: ForwardTo list
        redirect_to: RedirectTo list
        forward_as_attachment_to: ForwardAsAttachmentTo list
        move_to_folder: MoveToFolder
        copy_to_folder: CopyToFolder
        deletes: DeleteMessage
        mark_as_read: MarkAsRead
        stop_processing: StopProcessingRules
        subject_words: SubjectContainsWords list
        body_words: BodyContainsWords list
        subject_or_body_words: SubjectOrBodyContainsWords list
        from: From list
        description: Description
    """,
    "mailbox": """
        owner!: UserPrincipalName
        address: PrimarySmtpAddress
        id: ExchangeGuid
        type: RecipientTypeDetails
        forwarding_address: ForwardingAddress
        forwarding_smtp_address: ForwardingSmtpAddress
        deliver_and_forward: DeliverToMailboxAndForward
        audit_enabled: AuditEnabled
        litigation_hold: LitigationHoldEnabled
        send_on_behalf: GrantSendOnBehalfTo list
    """,
    "mailbox_permission": f"""
        owner!: {OWNER}
        trustee!: User
        rights!: AccessRights list
        deny: Deny
        inherited: IsInherited
    """,
    "transport_rule": """
        name!: Name
        id: Guid
        state: State
        mode: Mode
        priority: Priority number
        redirect_to: RedirectMessageTo list
        copy_to: CopyTo list
        blind_copy_to: BlindCopyTo list
        deletes: DeleteMessage
        words: SubjectOrBodyContainsWords list
        created_by: CreatedBy
        modified_by: LastModifiedBy
        changed: WhenChanged time
        description: Description
    """,
    "oauth_grant": """
        client_id!: clientId
        scopes!: @scopes list
        id: id
        consent_type: consentType
        user: @principal
        user_id: principalId
        resource_id: resourceId
        app_id: @app.appId
        app_name: @app.displayName
        publisher: @app.publisherName
        created: @app.createdDateTime time
    """,
    "auth_method": f"""
        owner!: {OWNER}
        method!: @method
        id: id
        name: displayName
        phone: phoneNumber
        created: createdDateTime time
    """,
    "user": """
        user!: userPrincipalName
        id: id
        name: displayName
        mail: mail
        type: userType
        enabled: accountEnabled
        created: createdDateTime time
        last_password_change: lastPasswordChangeDateTime time
        job_title: jobTitle
        department: department
    """,
    "device": f"""
        id!: deviceId
        owner: {OWNER}
        object_id: id
        name: displayName
        os: operatingSystem
        os_version: operatingSystemVersion
        join_type: trustType
        managed: isManaged
        compliant: isCompliant
        enabled: accountEnabled
        created: createdDateTime time
        last_sign_in: approximateLastSignInDateTime time
    """,
}


@dataclass(frozen=True, slots=True)
class Target:
    """One field: our name, its place in the record, and what it is. `named`: the map must say where it comes from;
    `always`: so must every row."""

    name: str
    place: tuple[str | int, ...]
    kind: str = "text"
    named: bool = False
    always: bool = False


def kinds() -> list[str]:
    """The kinds of record that a column map can make."""
    return list(_FIELDS)


@cache
def fields(kind: str) -> dict[str, Target]:
    """The fields of one kind by our names."""
    found = {}
    for line in _FIELDS[kind].strip().splitlines():
        written, _, rest = line.strip().partition(": ")
        place, _, what = rest.partition(" ")
        name = written.rstrip("!*")
        # Names that begin with a sign are ours, and whole: they are taken out of the record before it is used.
        path = (place,) if place.startswith("@") and not place.startswith("@app.") else tuple(place.split("."))
        found[name] = Target(
            name,
            tuple(int(part) if part.isdecimal() else part for part in path),
            what or "text",
            named=written != name,
            always=written.endswith("!"),
        )
    return found
