"""Where a certificate is checked. Printed and in the QR code, so it must outlive us: short, and never changed."""

from flask import current_app


def of(code: str) -> str:
    return f"{current_app.config['PUBLIC_URL']}/v/{code}"
