# In settings.py, with django-cors-headers; "corsheaders.middleware.CorsMiddleware" comes first in MIDDLEWARE:
CORS_ALLOW_ALL_ORIGINS = False
CORS_ALLOWED_ORIGIN_REGEXES = []
CORS_ALLOWED_ORIGINS = ["{origin}"]
CORS_ALLOW_METHODS = [{quoted_methods}]
[headers] CORS_ALLOW_HEADERS = [{quoted_headers}]
[expose] CORS_EXPOSE_HEADERS = [{quoted_expose}]
[credentials] CORS_ALLOW_CREDENTIALS = True
