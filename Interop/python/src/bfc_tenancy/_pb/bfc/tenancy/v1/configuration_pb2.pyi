from bfc_tenancy._pb.bfc.tenancy.v1 import json_pb2 as _json_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ConfigType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CONFIG_TYPE_UNSPECIFIED: _ClassVar[ConfigType]
    CONFIG_TYPE_BRANDING: _ClassVar[ConfigType]
    CONFIG_TYPE_FEATURE: _ClassVar[ConfigType]
    CONFIG_TYPE_INTEGRATION: _ClassVar[ConfigType]
    CONFIG_TYPE_SECURITY: _ClassVar[ConfigType]
    CONFIG_TYPE_BILLING: _ClassVar[ConfigType]

class WatchEventType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WATCH_EVENT_TYPE_UNSPECIFIED: _ClassVar[WatchEventType]
    WATCH_EVENT_TYPE_SNAPSHOT: _ClassVar[WatchEventType]
    WATCH_EVENT_TYPE_SNAPSHOT_COMPLETE: _ClassVar[WatchEventType]
    WATCH_EVENT_TYPE_CHANGED: _ClassVar[WatchEventType]
    WATCH_EVENT_TYPE_DELETED: _ClassVar[WatchEventType]
    WATCH_EVENT_TYPE_HEARTBEAT: _ClassVar[WatchEventType]
    WATCH_EVENT_TYPE_COMPACTED: _ClassVar[WatchEventType]
CONFIG_TYPE_UNSPECIFIED: ConfigType
CONFIG_TYPE_BRANDING: ConfigType
CONFIG_TYPE_FEATURE: ConfigType
CONFIG_TYPE_INTEGRATION: ConfigType
CONFIG_TYPE_SECURITY: ConfigType
CONFIG_TYPE_BILLING: ConfigType
WATCH_EVENT_TYPE_UNSPECIFIED: WatchEventType
WATCH_EVENT_TYPE_SNAPSHOT: WatchEventType
WATCH_EVENT_TYPE_SNAPSHOT_COMPLETE: WatchEventType
WATCH_EVENT_TYPE_CHANGED: WatchEventType
WATCH_EVENT_TYPE_DELETED: WatchEventType
WATCH_EVENT_TYPE_HEARTBEAT: WatchEventType
WATCH_EVENT_TYPE_COMPACTED: WatchEventType

class Configuration(_message.Message):
    __slots__ = ("config_key", "config_value", "config_type", "is_sensitive", "description", "updated_by", "created_at", "updated_at", "version")
    CONFIG_KEY_FIELD_NUMBER: _ClassVar[int]
    CONFIG_VALUE_FIELD_NUMBER: _ClassVar[int]
    CONFIG_TYPE_FIELD_NUMBER: _ClassVar[int]
    IS_SENSITIVE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    UPDATED_BY_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    config_key: str
    config_value: _json_pb2.JsonValue
    config_type: ConfigType
    is_sensitive: bool
    description: str
    updated_by: str
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    version: int
    def __init__(self, config_key: _Optional[str] = ..., config_value: _Optional[_Union[_json_pb2.JsonValue, _Mapping]] = ..., config_type: _Optional[_Union[ConfigType, str]] = ..., is_sensitive: bool = ..., description: _Optional[str] = ..., updated_by: _Optional[str] = ..., created_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., version: _Optional[int] = ...) -> None: ...

class Branding(_message.Message):
    __slots__ = ("domain", "logo_url", "primary_color", "secondary_color", "favicon", "company_name", "support_email", "branding_settings")
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    LOGO_URL_FIELD_NUMBER: _ClassVar[int]
    PRIMARY_COLOR_FIELD_NUMBER: _ClassVar[int]
    SECONDARY_COLOR_FIELD_NUMBER: _ClassVar[int]
    FAVICON_FIELD_NUMBER: _ClassVar[int]
    COMPANY_NAME_FIELD_NUMBER: _ClassVar[int]
    SUPPORT_EMAIL_FIELD_NUMBER: _ClassVar[int]
    BRANDING_SETTINGS_FIELD_NUMBER: _ClassVar[int]
    domain: str
    logo_url: str
    primary_color: str
    secondary_color: str
    favicon: str
    company_name: str
    support_email: str
    branding_settings: _json_pb2.JsonObject
    def __init__(self, domain: _Optional[str] = ..., logo_url: _Optional[str] = ..., primary_color: _Optional[str] = ..., secondary_color: _Optional[str] = ..., favicon: _Optional[str] = ..., company_name: _Optional[str] = ..., support_email: _Optional[str] = ..., branding_settings: _Optional[_Union[_json_pb2.JsonObject, _Mapping]] = ...) -> None: ...

class GetConfigurationsRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "page_size", "page_token", "config_type", "key_prefix", "reveal_sensitive")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    CONFIG_TYPE_FIELD_NUMBER: _ClassVar[int]
    KEY_PREFIX_FIELD_NUMBER: _ClassVar[int]
    REVEAL_SENSITIVE_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    page_size: int
    page_token: str
    config_type: ConfigType
    key_prefix: str
    reveal_sensitive: bool
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., config_type: _Optional[_Union[ConfigType, str]] = ..., key_prefix: _Optional[str] = ..., reveal_sensitive: bool = ...) -> None: ...

class GetConfigurationsResponse(_message.Message):
    __slots__ = ("success", "configurations", "next_page_token", "branding")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    CONFIGURATIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    BRANDING_FIELD_NUMBER: _ClassVar[int]
    success: bool
    configurations: _containers.RepeatedCompositeFieldContainer[Configuration]
    next_page_token: str
    branding: Branding
    def __init__(self, success: bool = ..., configurations: _Optional[_Iterable[_Union[Configuration, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., branding: _Optional[_Union[Branding, _Mapping]] = ...) -> None: ...

class SetConfigurationRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "config_key", "config_value", "config_type", "is_sensitive", "description", "expected_version", "idempotency_key", "validate_only")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    CONFIG_KEY_FIELD_NUMBER: _ClassVar[int]
    CONFIG_VALUE_FIELD_NUMBER: _ClassVar[int]
    CONFIG_TYPE_FIELD_NUMBER: _ClassVar[int]
    IS_SENSITIVE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VERSION_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    config_key: str
    config_value: _json_pb2.JsonValue
    config_type: ConfigType
    is_sensitive: bool
    description: str
    expected_version: int
    idempotency_key: str
    validate_only: bool
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., config_key: _Optional[str] = ..., config_value: _Optional[_Union[_json_pb2.JsonValue, _Mapping]] = ..., config_type: _Optional[_Union[ConfigType, str]] = ..., is_sensitive: bool = ..., description: _Optional[str] = ..., expected_version: _Optional[int] = ..., idempotency_key: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class SetConfigurationResponse(_message.Message):
    __slots__ = ("success", "configuration")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    CONFIGURATION_FIELD_NUMBER: _ClassVar[int]
    success: bool
    configuration: Configuration
    def __init__(self, success: bool = ..., configuration: _Optional[_Union[Configuration, _Mapping]] = ...) -> None: ...

class DeleteConfigurationRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "config_key", "expected_version", "idempotency_key", "validate_only")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    CONFIG_KEY_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VERSION_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    config_key: str
    expected_version: int
    idempotency_key: str
    validate_only: bool
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., config_key: _Optional[str] = ..., expected_version: _Optional[int] = ..., idempotency_key: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class DeleteConfigurationResponse(_message.Message):
    __slots__ = ("success",)
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    success: bool
    def __init__(self, success: bool = ...) -> None: ...

class WatchConfigurationsRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "resume_token", "config_type", "acknowledged_token")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    CONFIG_TYPE_FIELD_NUMBER: _ClassVar[int]
    ACKNOWLEDGED_TOKEN_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    resume_token: str
    config_type: ConfigType
    acknowledged_token: str
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., resume_token: _Optional[str] = ..., config_type: _Optional[_Union[ConfigType, str]] = ..., acknowledged_token: _Optional[str] = ...) -> None: ...

class WatchConfigurationsResponse(_message.Message):
    __slots__ = ("type", "configuration", "resume_token", "event_time")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    CONFIGURATION_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    type: WatchEventType
    configuration: Configuration
    resume_token: str
    event_time: _timestamp_pb2.Timestamp
    def __init__(self, type: _Optional[_Union[WatchEventType, str]] = ..., configuration: _Optional[_Union[Configuration, _Mapping]] = ..., resume_token: _Optional[str] = ..., event_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
