"""Incidents told by their way in: a reset, prompts, guesses, a code read out, a phone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from incidents.hands import WEB_MAIL, Client, Hand, Place, Shape
from incidents.people import (
    CHROME_PC,
    FIREFOX_PC,
    HERTA,
    IPHONE,
    LUC,
    SANNE,
    WANDA,
)
from incidents.scene import Scene
from incidents.strangers_phished import PYTHON, VULTR, of, rummage, thief, user


def own_reset(shape: Shape) -> Scene:
    """With a stolen telephone number the intruder resets the password alone, then adds a method."""
    scene = of(WANDA, shape, start=datetime.fromisoformat("2026-10-14T02:20:00+00:00"))
    place = Place("172.58.91.6", 21928, "US", "Houston")
    hand = thief(
        scene, place, Client("Android 13", "Chrome Mobile 140.0", "Mozilla/5.0 (Linux; Android 13) Chrome/140")
    )
    scene.changed(hand, scene.t(), "Reset password (self-service)", user(scene))
    scene.sign_in(hand, scene.t(minutes=3))
    scene.changed(
        hand, scene.t(minutes=8), "User registered security info", user(scene), StrongAuthenticationMethod="Phone"
    )
    rummage(scene, hand, scene.t(minutes=12), 14)
    scene.searched(hand, scene.t(minutes=20), "password reset bank")
    for hour in (1, 7, 19):
        scene.token_used(hand, scene.t(hours=hour), WEB_MAIL)
        rummage(scene, hand, scene.t(hours=hour, minutes=1), 3)
    return scene


def tired(shape: Shape) -> Scene:
    """Nine refused prompts in the night, then one that is approved."""
    scene = of(LUC, shape, start=datetime.fromisoformat("2026-10-14T01:05:00+00:00"))
    hand = thief(scene, Place("176.111.174.26", 204428, "RU", "Moscow"), CHROME_PC)
    for number in range(9):
        scene.sign_in(hand, scene.t(minutes=2 * number), error=500121)
    scene.sign_in(hand, scene.t(minutes=19))
    rummage(scene, hand, scene.t(minutes=23), 12, LUC.folder)
    scene.files(hand, scene.t(minutes=40), [f"contrat {n}.pdf" for n in range(25)], "FileDownloaded", 3)
    return scene


def sprayed(shape: Shape) -> Scene:
    """A spray over forty accounts, no second factor: two are hit, one of them is asked about."""
    scene = of(SANNE, shape)
    places = [Place(f"45.95.147.{40 + n}", 202425, "NL", "Amsterdam") for n in range(3)]
    for number in range(120):
        upn = scene.upn if number % 40 == 17 else f"mw{number % 40}@kwekerij-zuid.example"
        failing = Hand(upn, places[number % 3], PYTHON, "", "attacker")
        scene.sign_in(
            failing,
            scene.t(hours=-6, minutes=2 * number),
            error=50126,
            factors=1,
            app=("1b730954-1685-4b74-9bfd-dac224a7b894", "Azure AD PowerShell"),
        )
    for upn in (scene.upn, "mw3@kwekerij-zuid.example"):
        hit = Hand(upn, places[1], PYTHON, "", "attacker")
        scene.sign_in(
            hit, scene.t(minutes=-30), factors=1, app=("1b730954-1685-4b74-9bfd-dac224a7b894", "Azure AD PowerShell")
        )
    hand = thief(scene, Place("45.95.147.60", 202425, "NL", "Amsterdam"), FIREFOX_PC)
    scene.sign_in(hand, scene.t(), factors=1)
    rummage(scene, hand, scene.t(minutes=2), 11, SANNE.folder)
    other = thief(
        scene, Place("45.95.147.60", 202425, "NL", "Amsterdam"), FIREFOX_PC, "other", "mw3@kwekerij-zuid.example"
    )
    scene.sign_in(other, scene.t(minutes=40), factors=1)
    rummage(scene, other, scene.t(minutes=44), 6)
    return scene


def code_read_out(shape: Shape) -> Scene:
    """A device code, then Graph alone: mail and files are fetched by a script."""
    scene = of(WANDA, shape, start=datetime.fromisoformat("2026-10-14T15:40:00+00:00"))
    graph = ("14d82eec-204b-4c2f-b7e8-296a70dab67e", "Microsoft Graph Command Line Tools")
    hand = thief(scene, VULTR, PYTHON)
    scene.sign_in(
        hand,
        scene.t(),
        app=graph,
        protocol="deviceCode",
        resource=("00000003-0000-0000-c000-000000000000", "Microsoft Graph"),
    )
    for hour in range(1, 6):
        scene.token_used(hand, scene.t(hours=hour), graph)
        for number in range(5):
            scene.read(
                hand,
                scene.t(hours=hour, minutes=2 + number),
                [f"<g{hour}{number}@millcreek.example>"],
                app=graph,
                info=f"Client=REST;Client=RESTSystem;;[AppId={graph[0]}];",
            )
    scene.files(hand, scene.t(hours=6), [f"deal {n}.docx" for n in range(30)], "FileDownloaded", 2)
    return scene


def tethered(shape: Shape) -> Scene:
    """By day, from a mobile network of the user's own country and carrier, with the user's own kind of browser."""
    scene = of(HERTA, shape)
    hand = thief(scene, Place("89.204.155.90", 6805, "DE", "Berlin"), CHROME_PC)
    scene.sign_in(hand, scene.t())
    rummage(scene, hand, scene.t(minutes=5), 10, HERTA.folder)
    scene.searched(hand, scene.t(minutes=13), "gehalt iban")
    scene.cmdlet(
        hand,
        scene.t(minutes=19),
        "New-InboxRule",
        f"{scene.upn}\\..",
        Name="..",
        From="personal@muehlbauer.example",
        MoveToFolder="Archiv",
        MarkAsRead="True",
    )
    scene.send(hand, scene.t(minutes=25), ["personal@muehlbauer.example"], "Neue Kontoverbindung für mein Gehalt")
    return scene


def phone_of_another(shape: Shape) -> Scene:
    """Mail is read with a phone's own mail program, day by day, after one sign-in with a password alone."""
    scene = of(LUC, shape)
    mail = ("f8d98a96-0999-43f5-8af3-69971c7bb423", "iOS Accounts")
    phone = thief(
        scene, Place("102.89.33.10", 29465, "NG", "Lagos"), replace(IPHONE, agent="iOS/18.6 (22G86) dataaccessd/1.0")
    )
    scene.sign_in(phone, scene.t(), factors=1, app=mail, client_app="Mobile Apps and Desktop clients")
    for hour in range(1, 40, 6):
        scene.token_used(phone, scene.t(hours=hour), mail, client_app="Exchange ActiveSync")
        scene.read(
            phone,
            scene.t(hours=hour, minutes=1),
            folder=LUC.folder,
            sync=True,
            app=mail,
            info="Client=ActiveSync;iPhone/iOS",
        )
    return scene
