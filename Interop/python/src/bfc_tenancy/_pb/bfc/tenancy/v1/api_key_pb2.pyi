from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ApiKeyStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    API_KEY_STATUS_UNSPECIFIED: _ClassVar[ApiKeyStatus]
    API_KEY_STATUS_ACTIVE: _ClassVar[ApiKeyStatus]
    API_KEY_STATUS_REVOKED: _ClassVar[ApiKeyStatus]
    API_KEY_STATUS_EXPIRED: _ClassVar[ApiKeyStatus]
    API_KEY_STATUS_SUPERSEDED: _ClassVar[ApiKeyStatus]

class ApiKeyRefusal(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    API_KEY_REFUSAL_UNSPECIFIED: _ClassVar[ApiKeyRefusal]
    API_KEY_REFUSAL_UNKNOWN: _ClassVar[ApiKeyRefusal]
    API_KEY_REFUSAL_REVOKED: _ClassVar[ApiKeyRefusal]
    API_KEY_REFUSAL_EXPIRED: _ClassVar[ApiKeyRefusal]
    API_KEY_REFUSAL_ADDRESS_NOT_ALLOWED: _ClassVar[ApiKeyRefusal]
    API_KEY_REFUSAL_PERMISSION_MISSING: _ClassVar[ApiKeyRefusal]
    API_KEY_REFUSAL_RATE_LIMITED: _ClassVar[ApiKeyRefusal]
    API_KEY_REFUSAL_TENANT_NOT_ACTIVE: _ClassVar[ApiKeyRefusal]
    API_KEY_REFUSAL_SUPERSEDED: _ClassVar[ApiKeyRefusal]
    API_KEY_REFUSAL_TOO_MANY_FAILURES: _ClassVar[ApiKeyRefusal]
API_KEY_STATUS_UNSPECIFIED: ApiKeyStatus
API_KEY_STATUS_ACTIVE: ApiKeyStatus
API_KEY_STATUS_REVOKED: ApiKeyStatus
API_KEY_STATUS_EXPIRED: ApiKeyStatus
API_KEY_STATUS_SUPERSEDED: ApiKeyStatus
API_KEY_REFUSAL_UNSPECIFIED: ApiKeyRefusal
API_KEY_REFUSAL_UNKNOWN: ApiKeyRefusal
API_KEY_REFUSAL_REVOKED: ApiKeyRefusal
API_KEY_REFUSAL_EXPIRED: ApiKeyRefusal
API_KEY_REFUSAL_ADDRESS_NOT_ALLOWED: ApiKeyRefusal
API_KEY_REFUSAL_PERMISSION_MISSING: ApiKeyRefusal
API_KEY_REFUSAL_RATE_LIMITED: ApiKeyRefusal
API_KEY_REFUSAL_TENANT_NOT_ACTIVE: ApiKeyRefusal
API_KEY_REFUSAL_SUPERSEDED: ApiKeyRefusal
API_KEY_REFUSAL_TOO_MANY_FAILURES: ApiKeyRefusal

class ApiKey(_message.Message):
    __slots__ = ("key_id", "key_name", "key_prefix", "permissions", "rate_limit", "allowed_ips", "status", "expires_at", "last_used_at", "created_by", "created_at", "revoked_at", "family_id", "superseded_by", "superseded_at")
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_NAME_FIELD_NUMBER: _ClassVar[int]
    KEY_PREFIX_FIELD_NUMBER: _ClassVar[int]
    PERMISSIONS_FIELD_NUMBER: _ClassVar[int]
    RATE_LIMIT_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_IPS_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    LAST_USED_AT_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    REVOKED_AT_FIELD_NUMBER: _ClassVar[int]
    FAMILY_ID_FIELD_NUMBER: _ClassVar[int]
    SUPERSEDED_BY_FIELD_NUMBER: _ClassVar[int]
    SUPERSEDED_AT_FIELD_NUMBER: _ClassVar[int]
    key_id: int
    key_name: str
    key_prefix: str
    permissions: _containers.RepeatedScalarFieldContainer[str]
    rate_limit: int
    allowed_ips: _containers.RepeatedScalarFieldContainer[str]
    status: ApiKeyStatus
    expires_at: _timestamp_pb2.Timestamp
    last_used_at: _timestamp_pb2.Timestamp
    created_by: str
    created_at: _timestamp_pb2.Timestamp
    revoked_at: _timestamp_pb2.Timestamp
    family_id: int
    superseded_by: int
    superseded_at: _timestamp_pb2.Timestamp
    def __init__(self, key_id: _Optional[int] = ..., key_name: _Optional[str] = ..., key_prefix: _Optional[str] = ..., permissions: _Optional[_Iterable[str]] = ..., rate_limit: _Optional[int] = ..., allowed_ips: _Optional[_Iterable[str]] = ..., status: _Optional[_Union[ApiKeyStatus, str]] = ..., expires_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., last_used_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., created_by: _Optional[str] = ..., created_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., revoked_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., family_id: _Optional[int] = ..., superseded_by: _Optional[int] = ..., superseded_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListApiKeysRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "page_size", "page_token", "status")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    page_size: int
    page_token: str
    status: ApiKeyStatus
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., status: _Optional[_Union[ApiKeyStatus, str]] = ...) -> None: ...

class ListApiKeysResponse(_message.Message):
    __slots__ = ("success", "api_keys", "next_page_token")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    API_KEYS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    success: bool
    api_keys: _containers.RepeatedCompositeFieldContainer[ApiKey]
    next_page_token: str
    def __init__(self, success: bool = ..., api_keys: _Optional[_Iterable[_Union[ApiKey, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CreateApiKeyRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "key_name", "permissions", "rate_limit", "allowed_ips", "expires_at", "idempotency_key", "validate_only")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_NAME_FIELD_NUMBER: _ClassVar[int]
    PERMISSIONS_FIELD_NUMBER: _ClassVar[int]
    RATE_LIMIT_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_IPS_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    key_name: str
    permissions: _containers.RepeatedScalarFieldContainer[str]
    rate_limit: int
    allowed_ips: _containers.RepeatedScalarFieldContainer[str]
    expires_at: _timestamp_pb2.Timestamp
    idempotency_key: str
    validate_only: bool
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., key_name: _Optional[str] = ..., permissions: _Optional[_Iterable[str]] = ..., rate_limit: _Optional[int] = ..., allowed_ips: _Optional[_Iterable[str]] = ..., expires_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., idempotency_key: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class CreateApiKeyResponse(_message.Message):
    __slots__ = ("success", "api_key", "key_prefix", "message", "key_id", "key")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    API_KEY_FIELD_NUMBER: _ClassVar[int]
    KEY_PREFIX_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    success: bool
    api_key: str
    key_prefix: str
    message: str
    key_id: int
    key: ApiKey
    def __init__(self, success: bool = ..., api_key: _Optional[str] = ..., key_prefix: _Optional[str] = ..., message: _Optional[str] = ..., key_id: _Optional[int] = ..., key: _Optional[_Union[ApiKey, _Mapping]] = ...) -> None: ...

class RevokeApiKeyRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "key_id", "idempotency_key", "validate_only")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    key_id: int
    idempotency_key: str
    validate_only: bool
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., key_id: _Optional[int] = ..., idempotency_key: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class RevokeApiKeyResponse(_message.Message):
    __slots__ = ("success", "key")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    success: bool
    key: ApiKey
    def __init__(self, success: bool = ..., key: _Optional[_Union[ApiKey, _Mapping]] = ...) -> None: ...

class VerifyApiKeyRequest(_message.Message):
    __slots__ = ("api_key", "permission", "source_address", "cost")
    API_KEY_FIELD_NUMBER: _ClassVar[int]
    PERMISSION_FIELD_NUMBER: _ClassVar[int]
    SOURCE_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    COST_FIELD_NUMBER: _ClassVar[int]
    api_key: str
    permission: str
    source_address: str
    cost: int
    def __init__(self, api_key: _Optional[str] = ..., permission: _Optional[str] = ..., source_address: _Optional[str] = ..., cost: _Optional[int] = ...) -> None: ...

class VerifyApiKeyResponse(_message.Message):
    __slots__ = ("valid", "refusal", "tenant_id", "tenant_code", "key_id", "key_name", "permissions", "rate_limit", "rate_remaining", "rate_resets_at", "retry_after_seconds", "principal", "superseded_by")
    VALID_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_NAME_FIELD_NUMBER: _ClassVar[int]
    PERMISSIONS_FIELD_NUMBER: _ClassVar[int]
    RATE_LIMIT_FIELD_NUMBER: _ClassVar[int]
    RATE_REMAINING_FIELD_NUMBER: _ClassVar[int]
    RATE_RESETS_AT_FIELD_NUMBER: _ClassVar[int]
    RETRY_AFTER_SECONDS_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    SUPERSEDED_BY_FIELD_NUMBER: _ClassVar[int]
    valid: bool
    refusal: ApiKeyRefusal
    tenant_id: int
    tenant_code: str
    key_id: int
    key_name: str
    permissions: _containers.RepeatedScalarFieldContainer[str]
    rate_limit: int
    rate_remaining: int
    rate_resets_at: _timestamp_pb2.Timestamp
    retry_after_seconds: int
    principal: str
    superseded_by: int
    def __init__(self, valid: bool = ..., refusal: _Optional[_Union[ApiKeyRefusal, str]] = ..., tenant_id: _Optional[int] = ..., tenant_code: _Optional[str] = ..., key_id: _Optional[int] = ..., key_name: _Optional[str] = ..., permissions: _Optional[_Iterable[str]] = ..., rate_limit: _Optional[int] = ..., rate_remaining: _Optional[int] = ..., rate_resets_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., retry_after_seconds: _Optional[int] = ..., principal: _Optional[str] = ..., superseded_by: _Optional[int] = ...) -> None: ...

class RotateApiKeyRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "key_id", "overlap_seconds", "expires_at", "idempotency_key", "validate_only")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    OVERLAP_SECONDS_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    key_id: int
    overlap_seconds: int
    expires_at: _timestamp_pb2.Timestamp
    idempotency_key: str
    validate_only: bool
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., key_id: _Optional[int] = ..., overlap_seconds: _Optional[int] = ..., expires_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., idempotency_key: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class RotateApiKeyResponse(_message.Message):
    __slots__ = ("success", "api_key", "key_id", "key", "superseded_key")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    API_KEY_FIELD_NUMBER: _ClassVar[int]
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    SUPERSEDED_KEY_FIELD_NUMBER: _ClassVar[int]
    success: bool
    api_key: str
    key_id: int
    key: ApiKey
    superseded_key: ApiKey
    def __init__(self, success: bool = ..., api_key: _Optional[str] = ..., key_id: _Optional[int] = ..., key: _Optional[_Union[ApiKey, _Mapping]] = ..., superseded_key: _Optional[_Union[ApiKey, _Mapping]] = ...) -> None: ...

class ReportLeakRequest(_message.Message):
    __slots__ = ("api_key", "found_at", "idempotency_key", "validate_only")
    API_KEY_FIELD_NUMBER: _ClassVar[int]
    FOUND_AT_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    api_key: str
    found_at: str
    idempotency_key: str
    validate_only: bool
    def __init__(self, api_key: _Optional[str] = ..., found_at: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class ReportLeakResponse(_message.Message):
    __slots__ = ("success", "tenant_id", "was_active", "key")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    WAS_ACTIVE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    success: bool
    tenant_id: int
    was_active: bool
    key: ApiKey
    def __init__(self, success: bool = ..., tenant_id: _Optional[int] = ..., was_active: bool = ..., key: _Optional[_Union[ApiKey, _Mapping]] = ...) -> None: ...

class BatchVerifyRequest(_message.Message):
    __slots__ = ("requests",)
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    requests: _containers.RepeatedCompositeFieldContainer[VerifyApiKeyRequest]
    def __init__(self, requests: _Optional[_Iterable[_Union[VerifyApiKeyRequest, _Mapping]]] = ...) -> None: ...

class BatchVerifyResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[VerifyApiKeyResponse]
    def __init__(self, results: _Optional[_Iterable[_Union[VerifyApiKeyResponse, _Mapping]]] = ...) -> None: ...
