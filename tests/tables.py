"""One table for a whole run: a streamed table slows its engine down, even when it is gone again."""

from itertools import batched

from botocore.client import BaseClient


def empty(dynamodb: BaseClient, table_name: str) -> None:
    """Delete every item of the table."""
    pages = dynamodb.get_paginator("scan").paginate(TableName=table_name, ConsistentRead=True)
    keys = [{"pk": item["pk"], "sk": item["sk"]} for page in pages for item in page["Items"]]
    for some in batched(keys, 25, strict=False):
        deletes = [{"DeleteRequest": {"Key": key}} for key in some]
        dynamodb.batch_write_item(RequestItems={table_name: deletes})
