import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import re_path


def sign_in(get_response):
    def middleware(request):
        if request.COOKIES.get("sessionid"):
            return get_response(request)
        return HttpResponseRedirect("/accounts/login/?next=" + request.path)

    return middleware


DEBUG = False
ALLOWED_HOSTS = ["*"]
SECRET_KEY = "of no use"
ROOT_URLCONF = "__main__"
INSTALLED_APPS = ["corsheaders"]
MIDDLEWARE = ["corsheaders.middleware.CorsMiddleware", "django.middleware.common.CommonMiddleware"]
# SETTINGS
settings.configure(**{name: value for name, value in list(globals().items()) if name.isupper()})

urlpatterns = [re_path(".*", lambda request: HttpResponse("ok"))]


class Handler(WSGIRequestHandler):
    def log_message(self, *_):
        pass


import django

django.setup()
from django.core.wsgi import get_wsgi_application

make_server("127.0.0.1", PORT, get_wsgi_application(), handler_class=Handler).serve_forever()
