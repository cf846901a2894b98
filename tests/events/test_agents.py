"""User agents: system, browser, program, kind and version; hostile texts."""

import re

import pytest

from o365nb.events import lists
from o365nb.events.agents import Agent, agent

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
AGENTS = {
    f"{WINDOWS} Chrome/131.0.0.0 Safari/537.36": Agent("Windows", "Chrome", "Chrome", "browser", "131.0.0.0"),
    f"{WINDOWS} Chrome/131.0.0.0 Safari/537.36 Edg/131.0.2903.51":
        Agent("Windows", "Edge", "Edge", "browser", "131.0.2903.51"),
    f"{WINDOWS} Chrome/120.0.0.0 Safari/537.36 OPR/106.0.0.0":
        Agent("Windows", "Opera", "Opera", "browser", "106.0.0.0"),
    f"{PHONE} Version/17.5 Mobile/15E148 Safari/604.1": Agent("iOS", "Safari", "Safari", "browser", "17.5"),
    f"{PHONE} CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1":
        Agent("iOS", "Chrome", "Chrome", "browser", "131.0.6778.73"),
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0":
        Agent("Linux", "Firefox", "Firefox", "browser", "128.0"),
    "Mozilla/5.0 (Linux; Android 13; SM-S901B) AppleWebKit/537.36 SamsungBrowser/23.0 Chrome/115.0.0.0 Mobile":
        Agent("Android", "Samsung Internet", "Samsung Internet", "browser", "23.0"),
    "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko":
        Agent("Windows", "Internet Explorer", "Internet Explorer", "browser", "11.0"),
    f"{WINDOWS} HeadlessChrome/119.0.6045.105 Safari/537.36":
        Agent("Windows", "Chrome", "Headless Chrome", "headless", "119.0.6045.105"),
    f"{WINDOWS} Teams/1.6.00.4472 Chrome/85.0 Electron/10.4.7 Safari/537.36":
        Agent("Windows", "Chrome", "Teams", "app", "1.6.00.4472"),
    "TeamsMobile-iOS": Agent("iOS", None, "Teams", "app"),
    "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17328; Pro)":
        Agent("Windows", None, "Outlook", "app", "16.0.17328"),
    "MacOutlook/16.78.23100802 (Intelx64 Mac OS X Version 14.0)":
        Agent("macOS", None, "Outlook", "app", "16.78.23100802"),
    "Outlook-iOS/731.0 CFNetwork Darwin": Agent("iOS", None, "Outlook mobile", "app", "731.0"),
    "Outlook-Android/2.0": Agent("Android", None, "Outlook mobile", "app", "2.0"),
    "Microsoft SkyDriveSync 24.020.0128.0003 ship; Windows NT 10.0 (19045)":
        Agent("Windows", None, "OneDrive", "app", "24.020.0128.0003"),
    "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.22621.2428":
        Agent("Windows", None, "PowerShell", "tool", "5.1.22621.2428"),
    "Microsoft WinRM Client": Agent(None, None, "PowerShell remoting", "tool"),
    "python-requests/2.28.1": Agent(None, None, "python-requests", "tool", "2.28.1"),
    "axios/1.7.7": Agent(None, None, "axios", "tool", "1.7.7"),
    "okhttp/4.12.0": Agent(None, None, "okhttp", "tool", "4.12.0"),
    "curl/7.68.0": Agent(None, None, "curl", "tool", "7.68.0"),
    "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)": Agent(None, None, "node-fetch", "tool", "1.0"),
    "node": Agent(None, None, "Node.js", "tool"),
    "Go-http-client/2.0": Agent(None, None, "Go http client", "tool", "2.0"),
    "azurehound/v2.1.8": Agent(None, None, "AzureHound", "tool", "2.1.8"),
    "Java/17.0.2": Agent(None, None, "Java", "tool", "17.0.2"),
    "BAV2ROPC": Agent(None, None, "BAV2ROPC", "legacy"),
    "CBAInPROD": Agent(None, None, "CBAInPROD", "legacy"),
    "Apple-iPhone14C2/2106.60": Agent("iOS", None, "Exchange ActiveSync (Apple)", "app"),
    "SAMSUNG-SM-G991B/101.120000": Agent(None, None, "Exchange ActiveSync (Samsung)", "app"),
    "iOS/17.5.1 (21F90) dataaccessd/1.0": Agent("iOS", None, "Apple Mail", "app", "1.0"),
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:115.0) Gecko/20100101 Thunderbird/115.6.0":
        Agent("Windows", None, "Thunderbird", "app", "115.6.0"),
    "Windows-AzureAD-Authentication-Provider/1.0 3236.84364": Agent("Windows", None, "Sign-in broker", "app", "1.0"),
    f"{WINDOWS} Visual Studio Code/1.75.0 Chrome/102.0.5005.167 Electron/19.1.9 Safari/537.36":
        Agent("Windows", "Chrome", "Visual Studio Code", "app", "1.75.0"),
    "Windows10": Agent("Windows"),  # words of a device, not of a program
    "MacOs": Agent("macOS"),
    "Edge 119.0.2151": Agent(None, "Edge", "Edge", "browser", "119.0.2151"),
    "Chrome Mobile 119": Agent(None, "Chrome", "Chrome", "browser"),
    "something else": Agent(),
    "": Agent(),
}  # fmt: skip


@pytest.mark.parametrize(("text", "told"), AGENTS.items())
def test_what_a_user_agent_tells(text, told):
    assert agent(text) == told


@pytest.mark.parametrize("family", ["iOS", "Android", "Windows", "macOS", "ChromeOS", "Linux"])
def test_a_family_is_its_own_family(family):
    assert agent(family).os == family


@pytest.mark.parametrize(
    "family", ["Edge", "Opera", "Samsung Internet", "Firefox", "Chrome", "Safari", "Internet Explorer"]
)
def test_a_browsers_family_is_its_own_family(family):
    assert agent(family).browser == family


@pytest.mark.parametrize(
    "text",
    [
        "Mozilla/5.0 " + "(" * 10_000,
        "python-requests" + "a" * 10_000,
        "Chrome/" + "1." * 5_000,
        "Microsoft Office " * 1_000 + "\x00\u202e<script>",
        "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16") * 10_000,
        "PowerShell " + " " * 10_000 + "/1",
    ],
)
def test_a_hostile_text_of_ten_thousand_letters_is_read_like_any_other(text):
    told = agent(text)
    assert len(told.version or "") < 50


def test_no_pattern_repeats_a_repetition():
    patterns = [row["pattern"] for row in lists.read("agents").rows]
    assert patterns == [text.lower() for text in patterns]
    assert [text for text in patterns if re.search(r"[*+}]\)?[*+{]|[*+]", text.replace("\\+", ""))] == []
    assert {row["kind"] for row in lists.read("agents").rows} == {"app", "legacy", "tool", "headless", "service"}
