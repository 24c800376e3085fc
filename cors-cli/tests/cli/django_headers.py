"""Says what django-cors-headers makes of settings: which checks fire, and what it answers to each call.

Settings and calls come as JSON by standard input."""

import json
import sys

from django.conf import settings

settings.configure(
    SECRET_KEY="of no use",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF="__main__",
    INSTALLED_APPS=["corsheaders"],
    MIDDLEWARE=["corsheaders.middleware.CorsMiddleware"],
)

import django

django.setup()
from corsheaders.checks import check_settings
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import re_path

urlpatterns = [re_path(".*", lambda request: HttpResponse("ok"))]


def answered(request):
    response = Client(raise_request_exception=False).generic(request["method"], "/", headers=request["headers"])
    return {"status": response.status_code, "fields": list(response.headers.items())}


asked = json.load(sys.stdin)
seen = []
for each in asked["settings"]:
    with override_settings(**each):
        checks = [error.id for error in check_settings()]
        answers = [] if checks else [answered(request) for request in asked["requests"]]
        seen.append({"checks": checks, "answers": answers})
print(json.dumps(seen))
