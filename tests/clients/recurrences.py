"""Holds the recurrences of sessions to python-dateutil, which reads RFC 5545 on its own.

    recurrences.py LOG

asks the server at KEPU_URL, as the editor whose password its LOG tells, for dry runs of thousands of rules that chance
made, always the same ones, and compares every day that it answers. The clock of the server stands at KEPU_NOW.
"""

import datetime
import json
import os
import random
import re
import sys
import types
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import dateutil.rrule

RULES = 2000
HORIZON = datetime.timedelta(days=366)
EAST_8 = datetime.timezone(datetime.timedelta(hours=8))
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
URL = os.environ["KEPU_URL"]
NOW = datetime.datetime.fromisoformat(os.environ["KEPU_NOW"])
CHANCE = random.Random(5545)

# A rule that never comes true is looked for up to the year 9999; ten years will do.
SHIM = types.SimpleNamespace(**{name: getattr(datetime, name) for name in dir(datetime)})
SHIM.MAXYEAR = NOW.year + 10
dateutil.rrule.datetime = SHIM


def some(of, most):
    return CHANCE.sample(of, CHANCE.randint(1, min(most, len(of))))


def numbers(of, most):
    return ",".join(map(str, some([*of, *(-number for number in of)], most)))


def a_rule(start):
    """A rule of days that RFC 5545 gives a meaning to."""
    frequency = CHANCE.choice(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
    parts = ["FREQ=" + frequency]
    if CHANCE.random() < 0.5:
        parts.append(f"INTERVAL={CHANCE.choice([1, 2, 3, 4, 6, 13])}")
    months, weeks = CHANCE.random() < 0.35, frequency == "YEARLY" and CHANCE.random() < 0.25
    if months:
        parts.append("BYMONTH=" + ",".join(map(str, some(range(1, 13), 6))))
    if weeks:
        parts.append("BYWEEKNO=" + numbers(range(1, 54), 4))
    if frequency == "YEARLY" and CHANCE.random() < 0.2:
        parts.append("BYYEARDAY=" + numbers(range(1, 367), 6))
    if frequency != "WEEKLY" and CHANCE.random() < 0.3:
        parts.append("BYMONTHDAY=" + numbers(range(1, 32), 6))
    if CHANCE.random() < 0.6:
        days = some(DAYS, 4)
        if frequency in ("MONTHLY", "YEARLY") and not weeks and CHANCE.random() < 0.6:
            # Numbers beyond a month make dateutil stumble where months are named too.
            count = [1, 2, 3, 4, -1, -2] if frequency == "MONTHLY" or months else [1, 2, 10, 20, 52, -1, -2, -30]
            # Weekdays with and without a number beside each other are either in RFC 5545 and both in dateutil.
            days = [f"{CHANCE.choice(count)}{day}" for day in days]
        parts.append("BYDAY=" + ",".join(days))
    if any(part.startswith("BY") for part in parts) and CHANCE.random() < 0.2:
        parts.append("BYSETPOS=" + ",".join(map(str, some([1, 2, 3, 4, -1, -2, -3], 2))))
    if CHANCE.random() < 0.3:
        parts.append("WKST=" + CHANCE.choice(DAYS))
    if CHANCE.random() < 0.4:
        parts.append(f"COUNT={CHANCE.randint(1, 40)}")
    elif CHANCE.random() < 0.4:
        last = start + datetime.timedelta(days=CHANCE.randint(0, 300), minutes=CHANCE.randint(-90, 90))
        parts.append(CHANCE.choice([f"UNTIL={last:%Y%m%d}", f"UNTIL={last.astimezone(datetime.UTC):%Y%m%dT%H%M%SZ}"]))
    return ";".join(parts)


def a_day(start):
    return (start + datetime.timedelta(days=CHANCE.randint(0, 200))).date()


def a_case():
    start = NOW + datetime.timedelta(days=CHANCE.randint(1, 400))
    start = start.replace(hour=CHANCE.choice([0, 9, 14, 23]), minute=CHANCE.choice([0, 30]))
    rule = a_rule(start)
    if "FREQ=WEEKLY" in rule and "BYSETPOS" in rule:
        # dateutil counts the days of the first week from the start; RFC 5545 counts those of the week.
        first = re.search(r"WKST=(\w\w)", rule)
        start += datetime.timedelta(days=(DAYS.index(first[1] if first else "MO") - start.weekday()) % 7)
    case = {"rule": rule, "start": start}
    for dates in ("exdates", "rdates"):
        case[dates] = [a_day(start) for _ in range(CHANCE.randint(0, 3))] if CHANCE.random() < 0.3 else []
    return case


def expected(case):
    # dateutil takes an UNTIL in UTC only beside a start with a zone, and one that is a day as its first instant.
    start = case["start"]
    rule = re.sub(r"UNTIL=(\d{8})(?=;|$)", r"UNTIL=\1T155959Z", case["rule"])
    days = set()
    for at in dateutil.rrule.rrulestr(rule, dtstart=start):
        if at.date() > (start + HORIZON).date():
            break
        days.add(at.date())
    return sorted((days | set(case["rdates"])) - set(case["exdates"]))


def ask(path, body, token=None):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(URL + path, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def answered(case, event, token):
    body = {
        "sessions": [{"start": case["start"].isoformat(), "end": (case["start"] + datetime.timedelta(hours=1)).isoformat()}],
        "recurrence": {"rule": case["rule"], **{name: [str(day) for day in case[name]] for name in ("exdates", "rdates")}},
        "dryRun": True,
    }
    status, answer = ask(f"/v1/manage/events/{event}/sessions", body, token)
    if status == 422 and [error["code"] for error in answer["errors"]] == ["tooFew"]:
        return []
    if status != 200:
        return answer
    starts = [datetime.datetime.fromisoformat(item["start"]).astimezone(EAST_8) for item in answer["items"]]
    assert all(start.time() == case["start"].time() for start in starts), "the time of day stays"
    return [start.date() for start in starts]


def main(log):
    password = re.search(r"until the next start: password (\S+)", open(log, encoding="utf-8").read())[1]
    status, login = ask("/v1/auth/password", {"username": "demo-editor", "password": password})
    assert status == 200, login
    token = login["accessToken"]
    status, event = ask("/v1/manage/events", {"title": "重复场次", "mode": "online", "admission": "walkIn"}, token)
    assert status == 201, event
    cases = [a_case() for _ in range(RULES)]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda case: answered(case, event["id"], token), cases))
    wrong = 0
    for case, answer in zip(cases, answers):
        right = expected(case)
        if answer != right:
            wrong += 1
            if wrong <= 10:
                print(case, "\n  dateutil:", [str(day) for day in right], "\n  kepu:", [str(day) for day in answer])
    empty = sum(answer == [] for answer in answers)
    print(f"{len(cases)} rules, {empty} of them without a day, {wrong} followed in another way")
    assert not wrong
    assert empty < len(cases) / 4, "most rules should come true"


main(sys.argv[1])
