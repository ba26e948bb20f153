"""Texts that become a script, or markup, wherever they are taken for anything but text; at most 60 characters each."""

PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus=alert(1) onmouseover=alert(1) x='",
    "</script><script>alert(1)</script>",
    "javascript:alert(1)",
    "<svg onload=alert(1)><set onbegin=alert(1) attributeName=x>",
    "{{9e9|add:1}}{{9e9+1}}${9e9+1}<%=9e9+1%>{%load x%}",
    "\u2028alert(1)//\u2029",
    "</title></textarea><iframe src='javascript:alert(1)'>",
    '"-alert(1)-"\'-alert(1)-\'`-alert(1)-`\\"-alert(1)//',
    "</form><form action=javascript:alert(1)><base href=//e.no>",
    "＜script＞alert(1)＜/script＞<!--<script>",
]
ALL = " ".join(PAYLOADS)
# Where a template or a script has read the seventh: no number that a time stamp holds by chance.
EVALUATED = "9000000001"
