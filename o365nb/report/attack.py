"""MITRE ATT&CK as far as detections name it: techniques, tactics and their order."""

from __future__ import annotations

#: ATT&CK techniques that detections name: technique and tactic (Enterprise, v18).
TECHNIQUES: dict[str, tuple[str, str]] = {
    "T1030": ("Data transfer size limits", "Exfiltration"),
    "T1036": ("Masquerading", "Defense evasion"),
    "T1070": ("Indicator removal", "Defense evasion"),
    "T1070.008": ("Clear mailbox data", "Defense evasion"),
    "T1078": ("Valid accounts", "Initial access"),
    "T1078.004": ("Valid accounts: cloud", "Initial access"),
    "T1087": ("Account discovery", "Discovery"),
    "T1090": ("Proxy", "Command and control"),
    "T1090.003": ("Multi-hop proxy", "Command and control"),
    "T1098": ("Account manipulation", "Persistence"),
    "T1098.001": ("Additional cloud credentials", "Persistence"),
    "T1098.002": ("Additional mailbox delegates", "Persistence"),
    "T1098.003": ("Additional cloud roles", "Persistence"),
    "T1098.005": ("Device registration", "Persistence"),
    "T1110": ("Brute force", "Credential access"),
    "T1110.001": ("Password guessing", "Credential access"),
    "T1110.003": ("Password spraying", "Credential access"),
    "T1110.004": ("Credential stuffing", "Credential access"),
    "T1114": ("Email collection", "Collection"),
    "T1114.002": ("Remote email collection", "Collection"),
    "T1114.003": ("Email forwarding rule", "Collection"),
    "T1136.003": ("Create account: cloud", "Persistence"),
    "T1213": ("Data from information repositories", "Collection"),
    "T1213.002": ("Data from SharePoint", "Collection"),
    "T1528": ("Steal application access token", "Credential access"),
    "T1530": ("Data from cloud storage", "Collection"),
    "T1534": ("Internal spearphishing", "Lateral movement"),
    "T1539": ("Steal web session cookie", "Credential access"),
    "T1550.001": ("Application access token", "Lateral movement"),
    "T1550.004": ("Web session cookie", "Lateral movement"),
    "T1556": ("Modify authentication process", "Persistence"),
    "T1556.006": ("Change multi-factor authentication", "Persistence"),
    "T1556.009": ("Conditional access policies", "Persistence"),
    "T1557": ("Adversary in the middle", "Credential access"),
    "T1562.001": ("Impair defenses", "Defense evasion"),
    "T1562.008": ("Disable cloud logs", "Defense evasion"),
    "T1564.008": ("Email hiding rules", "Defense evasion"),
    "T1566": ("Phishing", "Initial access"),
    "T1566.001": ("Phishing: attachment", "Initial access"),
    "T1566.002": ("Phishing: link", "Initial access"),
    "T1566.004": ("Phishing: voice", "Initial access"),
    "T1567": ("Exfiltration over web service", "Exfiltration"),
    "T1583.001": ("Acquire domains", "Resource development"),
    "T1586.002": ("Compromise e-mail accounts", "Resource development"),
    "T1589.001": ("Gather credentials", "Reconnaissance"),
    "T1621": ("Multi-factor request generation", "Credential access"),
    "T1656": ("Impersonation", "Defense evasion"),
    "T1657": ("Financial theft", "Impact"),
    "T1667": ("Email bombing", "Impact"),
    "T1671": ("Cloud application integration", "Persistence"),
    "T1672": ("Email spoofing", "Defense evasion"),
}

TACTICS = (
    "Reconnaissance",
    "Resource development",
    "Initial access",
    "Credential access",
    "Persistence",
    "Defense evasion",
    "Discovery",
    "Lateral movement",
    "Collection",
    "Command and control",
    "Exfiltration",
    "Impact",
)


def tactic_of(techniques: tuple[str, ...]) -> str:
    """The tactic of the first technique that is known; "Other" for none."""
    return next((TECHNIQUES[technique][1] for technique in techniques if technique in TECHNIQUES), "Other")
