from bfc_tenancy._pb.bfc.tenancy.v1 import resource_pb2 as _resource_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class UserQuota(_message.Message):
    __slots__ = ("user_id", "resource", "max", "current", "remaining", "renews_at", "version")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    MAX_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    REMAINING_FIELD_NUMBER: _ClassVar[int]
    RENEWS_AT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    resource: _resource_pb2.Resource
    max: int
    current: int
    remaining: int
    renews_at: _timestamp_pb2.Timestamp
    version: int
    def __init__(self, user_id: _Optional[str] = ..., resource: _Optional[_Union[_resource_pb2.Resource, str]] = ..., max: _Optional[int] = ..., current: _Optional[int] = ..., remaining: _Optional[int] = ..., renews_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., version: _Optional[int] = ...) -> None: ...

class SetUserQuotaRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "user_id", "resource", "max", "remove", "expected_version", "idempotency_key", "validate_only")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    MAX_FIELD_NUMBER: _ClassVar[int]
    REMOVE_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VERSION_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    user_id: str
    resource: _resource_pb2.Resource
    max: int
    remove: bool
    expected_version: int
    idempotency_key: str
    validate_only: bool
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., user_id: _Optional[str] = ..., resource: _Optional[_Union[_resource_pb2.Resource, str]] = ..., max: _Optional[int] = ..., remove: bool = ..., expected_version: _Optional[int] = ..., idempotency_key: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class SetUserQuotaResponse(_message.Message):
    __slots__ = ("success", "quota")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    QUOTA_FIELD_NUMBER: _ClassVar[int]
    success: bool
    quota: UserQuota
    def __init__(self, success: bool = ..., quota: _Optional[_Union[UserQuota, _Mapping]] = ...) -> None: ...

class ListUserQuotasRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "user_id", "page_size", "page_token")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    user_id: str
    page_size: int
    page_token: str
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., user_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListUserQuotasResponse(_message.Message):
    __slots__ = ("success", "quotas", "next_page_token")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    QUOTAS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    success: bool
    quotas: _containers.RepeatedCompositeFieldContainer[UserQuota]
    next_page_token: str
    def __init__(self, success: bool = ..., quotas: _Optional[_Iterable[_Union[UserQuota, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
