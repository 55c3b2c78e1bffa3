"""Secrets Manager, emulated by moto, with the secrets that our functions read."""

import atexit
import os
import uuid
from functools import cache

import boto3
from botocore.client import BaseClient
from moto.server import ThreadedMotoServer
from tests.functions.stripe import API_KEY, WEBHOOK_SECRET

from teppan import aws


@cache
def keep_cursor_secret() -> None:
    """Store the secret that signs cursors."""
    _keep("CURSOR_SECRET_ARN", "sixteen tons of cursor secret")


@cache
def keep_pseudonym_secret() -> None:
    """Store the secret that makes the pseudonyms of people."""
    _keep("PSEUDONYM_SECRET_ARN", "a person by any other name")


@cache
def keep_client_secret(value: str) -> None:
    """Store the secret of the user pool's app client."""
    _keep("USER_POOL_CLIENT_SECRET_ARN", value)


@cache
def keep_stripe_secrets() -> None:
    """Store Stripe's API key and the secret that signs its webhooks."""
    _keep("STRIPE_API_KEY_ARN", API_KEY)
    _keep("STRIPE_WEBHOOK_SECRET_ARN", WEBHOOK_SECRET)


def new_secret(value: str) -> str:
    """Store a secret that no other test uses, and return its name."""
    name = str(uuid.uuid4())
    _secrets_manager().create_secret(Name=name, SecretString=value)
    return name


def rotate(name: str, value: str) -> None:
    """Give a secret a new value; its old value becomes AWSPREVIOUS."""
    _secrets_manager().put_secret_value(SecretId=name, SecretString=value)


def _keep(setting: str, value: str) -> None:
    _secrets_manager().create_secret(Name=os.environ[setting], SecretString=value)


@cache
def _secrets_manager() -> BaseClient:
    """Start moto's server once a process, and return a client of it."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    atexit.register(server.stop)
    host, port = server.get_host_and_port()
    aws.client.cache_clear()
    os.environ["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = url = f"http://{host}:{port}"
    return boto3.client("secretsmanager", endpoint_url=url)
