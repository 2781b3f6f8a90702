from bfc_tenancy._pb.bfc.tenancy.v1 import configuration_pb2 as _configuration_pb2
from bfc_tenancy._pb.bfc.tenancy.v1 import json_pb2 as _json_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TenantType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TENANT_TYPE_UNSPECIFIED: _ClassVar[TenantType]
    TENANT_TYPE_BANK: _ClassVar[TenantType]
    TENANT_TYPE_BROKER: _ClassVar[TenantType]
    TENANT_TYPE_FINTECH: _ClassVar[TenantType]
    TENANT_TYPE_ENTERPRISE: _ClassVar[TenantType]

class TenantStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TENANT_STATUS_UNSPECIFIED: _ClassVar[TenantStatus]
    TENANT_STATUS_ACTIVE: _ClassVar[TenantStatus]
    TENANT_STATUS_SUSPENDED: _ClassVar[TenantStatus]
    TENANT_STATUS_INACTIVE: _ClassVar[TenantStatus]
TENANT_TYPE_UNSPECIFIED: TenantType
TENANT_TYPE_BANK: TenantType
TENANT_TYPE_BROKER: TenantType
TENANT_TYPE_FINTECH: TenantType
TENANT_TYPE_ENTERPRISE: TenantType
TENANT_STATUS_UNSPECIFIED: TenantStatus
TENANT_STATUS_ACTIVE: TenantStatus
TENANT_STATUS_SUSPENDED: TenantStatus
TENANT_STATUS_INACTIVE: TenantStatus

class Tenant(_message.Message):
    __slots__ = ("id", "tenant_code", "tenant_name", "tenant_type", "status", "domain", "logo_url", "primary_color", "secondary_color", "admin_email", "support_email", "regulatory_body", "license_number", "settings", "features", "time_zone", "created_at", "updated_at", "version")
    ID_FIELD_NUMBER: _ClassVar[int]
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_NAME_FIELD_NUMBER: _ClassVar[int]
    TENANT_TYPE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    LOGO_URL_FIELD_NUMBER: _ClassVar[int]
    PRIMARY_COLOR_FIELD_NUMBER: _ClassVar[int]
    SECONDARY_COLOR_FIELD_NUMBER: _ClassVar[int]
    ADMIN_EMAIL_FIELD_NUMBER: _ClassVar[int]
    SUPPORT_EMAIL_FIELD_NUMBER: _ClassVar[int]
    REGULATORY_BODY_FIELD_NUMBER: _ClassVar[int]
    LICENSE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    id: int
    tenant_code: str
    tenant_name: str
    tenant_type: TenantType
    status: TenantStatus
    domain: str
    logo_url: str
    primary_color: str
    secondary_color: str
    admin_email: str
    support_email: str
    regulatory_body: str
    license_number: str
    settings: _json_pb2.JsonObject
    features: _json_pb2.JsonObject
    time_zone: str
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    version: int
    def __init__(self, id: _Optional[int] = ..., tenant_code: _Optional[str] = ..., tenant_name: _Optional[str] = ..., tenant_type: _Optional[_Union[TenantType, str]] = ..., status: _Optional[_Union[TenantStatus, str]] = ..., domain: _Optional[str] = ..., logo_url: _Optional[str] = ..., primary_color: _Optional[str] = ..., secondary_color: _Optional[str] = ..., admin_email: _Optional[str] = ..., support_email: _Optional[str] = ..., regulatory_body: _Optional[str] = ..., license_number: _Optional[str] = ..., settings: _Optional[_Union[_json_pb2.JsonObject, _Mapping]] = ..., features: _Optional[_Union[_json_pb2.JsonObject, _Mapping]] = ..., time_zone: _Optional[str] = ..., created_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., version: _Optional[int] = ...) -> None: ...

class CreateTenantRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_name", "tenant_type", "status", "domain", "logo_url", "primary_color", "secondary_color", "admin_email", "support_email", "regulatory_body", "license_number", "settings", "features", "time_zone", "idempotency_key", "validate_only")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_NAME_FIELD_NUMBER: _ClassVar[int]
    TENANT_TYPE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    LOGO_URL_FIELD_NUMBER: _ClassVar[int]
    PRIMARY_COLOR_FIELD_NUMBER: _ClassVar[int]
    SECONDARY_COLOR_FIELD_NUMBER: _ClassVar[int]
    ADMIN_EMAIL_FIELD_NUMBER: _ClassVar[int]
    SUPPORT_EMAIL_FIELD_NUMBER: _ClassVar[int]
    REGULATORY_BODY_FIELD_NUMBER: _ClassVar[int]
    LICENSE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_name: str
    tenant_type: TenantType
    status: TenantStatus
    domain: str
    logo_url: str
    primary_color: str
    secondary_color: str
    admin_email: str
    support_email: str
    regulatory_body: str
    license_number: str
    settings: _json_pb2.JsonObject
    features: _json_pb2.JsonObject
    time_zone: str
    idempotency_key: str
    validate_only: bool
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_name: _Optional[str] = ..., tenant_type: _Optional[_Union[TenantType, str]] = ..., status: _Optional[_Union[TenantStatus, str]] = ..., domain: _Optional[str] = ..., logo_url: _Optional[str] = ..., primary_color: _Optional[str] = ..., secondary_color: _Optional[str] = ..., admin_email: _Optional[str] = ..., support_email: _Optional[str] = ..., regulatory_body: _Optional[str] = ..., license_number: _Optional[str] = ..., settings: _Optional[_Union[_json_pb2.JsonObject, _Mapping]] = ..., features: _Optional[_Union[_json_pb2.JsonObject, _Mapping]] = ..., time_zone: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class CreateTenantResponse(_message.Message):
    __slots__ = ("success", "tenant_id", "tenant")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    TENANT_FIELD_NUMBER: _ClassVar[int]
    success: bool
    tenant_id: int
    tenant: Tenant
    def __init__(self, success: bool = ..., tenant_id: _Optional[int] = ..., tenant: _Optional[_Union[Tenant, _Mapping]] = ...) -> None: ...

class GetTenantRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ...) -> None: ...

class GetTenantResponse(_message.Message):
    __slots__ = ("success", "tenant")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    TENANT_FIELD_NUMBER: _ClassVar[int]
    success: bool
    tenant: Tenant
    def __init__(self, success: bool = ..., tenant: _Optional[_Union[Tenant, _Mapping]] = ...) -> None: ...

class ListTenantsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "status", "tenant_type", "query")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    TENANT_TYPE_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    status: TenantStatus
    tenant_type: TenantType
    query: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., status: _Optional[_Union[TenantStatus, str]] = ..., tenant_type: _Optional[_Union[TenantType, str]] = ..., query: _Optional[str] = ...) -> None: ...

class ListTenantsResponse(_message.Message):
    __slots__ = ("success", "tenants", "next_page_token")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    TENANTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    success: bool
    tenants: _containers.RepeatedCompositeFieldContainer[Tenant]
    next_page_token: str
    def __init__(self, success: bool = ..., tenants: _Optional[_Iterable[_Union[Tenant, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateTenantRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "update_mask", "tenant_name", "tenant_type", "domain", "logo_url", "primary_color", "secondary_color", "admin_email", "support_email", "regulatory_body", "license_number", "settings", "features", "time_zone", "expected_version", "idempotency_key", "validate_only")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    TENANT_NAME_FIELD_NUMBER: _ClassVar[int]
    TENANT_TYPE_FIELD_NUMBER: _ClassVar[int]
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    LOGO_URL_FIELD_NUMBER: _ClassVar[int]
    PRIMARY_COLOR_FIELD_NUMBER: _ClassVar[int]
    SECONDARY_COLOR_FIELD_NUMBER: _ClassVar[int]
    ADMIN_EMAIL_FIELD_NUMBER: _ClassVar[int]
    SUPPORT_EMAIL_FIELD_NUMBER: _ClassVar[int]
    REGULATORY_BODY_FIELD_NUMBER: _ClassVar[int]
    LICENSE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VERSION_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    update_mask: _field_mask_pb2.FieldMask
    tenant_name: str
    tenant_type: TenantType
    domain: str
    logo_url: str
    primary_color: str
    secondary_color: str
    admin_email: str
    support_email: str
    regulatory_body: str
    license_number: str
    settings: _json_pb2.JsonObject
    features: _json_pb2.JsonObject
    time_zone: str
    expected_version: int
    idempotency_key: str
    validate_only: bool
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., tenant_name: _Optional[str] = ..., tenant_type: _Optional[_Union[TenantType, str]] = ..., domain: _Optional[str] = ..., logo_url: _Optional[str] = ..., primary_color: _Optional[str] = ..., secondary_color: _Optional[str] = ..., admin_email: _Optional[str] = ..., support_email: _Optional[str] = ..., regulatory_body: _Optional[str] = ..., license_number: _Optional[str] = ..., settings: _Optional[_Union[_json_pb2.JsonObject, _Mapping]] = ..., features: _Optional[_Union[_json_pb2.JsonObject, _Mapping]] = ..., time_zone: _Optional[str] = ..., expected_version: _Optional[int] = ..., idempotency_key: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class UpdateTenantResponse(_message.Message):
    __slots__ = ("success", "tenant")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    TENANT_FIELD_NUMBER: _ClassVar[int]
    success: bool
    tenant: Tenant
    def __init__(self, success: bool = ..., tenant: _Optional[_Union[Tenant, _Mapping]] = ...) -> None: ...

class SuspendTenantRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "reason", "expected_version", "idempotency_key", "validate_only")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VERSION_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    reason: str
    expected_version: int
    idempotency_key: str
    validate_only: bool
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., reason: _Optional[str] = ..., expected_version: _Optional[int] = ..., idempotency_key: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class SuspendTenantResponse(_message.Message):
    __slots__ = ("success", "tenant")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    TENANT_FIELD_NUMBER: _ClassVar[int]
    success: bool
    tenant: Tenant
    def __init__(self, success: bool = ..., tenant: _Optional[_Union[Tenant, _Mapping]] = ...) -> None: ...

class ReactivateTenantRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "reason", "expected_version", "idempotency_key", "validate_only")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VERSION_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    reason: str
    expected_version: int
    idempotency_key: str
    validate_only: bool
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., reason: _Optional[str] = ..., expected_version: _Optional[int] = ..., idempotency_key: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class ReactivateTenantResponse(_message.Message):
    __slots__ = ("success", "tenant")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    TENANT_FIELD_NUMBER: _ClassVar[int]
    success: bool
    tenant: Tenant
    def __init__(self, success: bool = ..., tenant: _Optional[_Union[Tenant, _Mapping]] = ...) -> None: ...

class DeactivateTenantRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "reason", "expected_version", "idempotency_key", "validate_only")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VERSION_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    reason: str
    expected_version: int
    idempotency_key: str
    validate_only: bool
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., reason: _Optional[str] = ..., expected_version: _Optional[int] = ..., idempotency_key: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class DeactivateTenantResponse(_message.Message):
    __slots__ = ("success", "tenant")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    TENANT_FIELD_NUMBER: _ClassVar[int]
    success: bool
    tenant: Tenant
    def __init__(self, success: bool = ..., tenant: _Optional[_Union[Tenant, _Mapping]] = ...) -> None: ...

class GetTenantAnalyticsRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ...) -> None: ...

class GetTenantAnalyticsResponse(_message.Message):
    __slots__ = ("success", "analytics")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    ANALYTICS_FIELD_NUMBER: _ClassVar[int]
    success: bool
    analytics: TenantAnalytics
    def __init__(self, success: bool = ..., analytics: _Optional[_Union[TenantAnalytics, _Mapping]] = ...) -> None: ...

class TenantAnalytics(_message.Message):
    __slots__ = ("total_users", "active_users_30d", "total_api_calls_30d", "total_transactions_30d", "storage_used_gb", "quota_status")
    TOTAL_USERS_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_USERS_30D_FIELD_NUMBER: _ClassVar[int]
    TOTAL_API_CALLS_30D_FIELD_NUMBER: _ClassVar[int]
    TOTAL_TRANSACTIONS_30D_FIELD_NUMBER: _ClassVar[int]
    STORAGE_USED_GB_FIELD_NUMBER: _ClassVar[int]
    QUOTA_STATUS_FIELD_NUMBER: _ClassVar[int]
    total_users: int
    active_users_30d: int
    total_api_calls_30d: int
    total_transactions_30d: int
    storage_used_gb: float
    quota_status: str
    def __init__(self, total_users: _Optional[int] = ..., active_users_30d: _Optional[int] = ..., total_api_calls_30d: _Optional[int] = ..., total_transactions_30d: _Optional[int] = ..., storage_used_gb: _Optional[float] = ..., quota_status: _Optional[str] = ...) -> None: ...

class GetPublicTenantInfoRequest(_message.Message):
    __slots__ = ("tenant_code",)
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    def __init__(self, tenant_code: _Optional[str] = ...) -> None: ...

class GetPublicTenantInfoResponse(_message.Message):
    __slots__ = ("success", "tenant")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    TENANT_FIELD_NUMBER: _ClassVar[int]
    success: bool
    tenant: PublicTenantInfo
    def __init__(self, success: bool = ..., tenant: _Optional[_Union[PublicTenantInfo, _Mapping]] = ...) -> None: ...

class PublicTenantInfo(_message.Message):
    __slots__ = ("tenant_code", "tenant_name", "tenant_type", "branding", "features")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_NAME_FIELD_NUMBER: _ClassVar[int]
    TENANT_TYPE_FIELD_NUMBER: _ClassVar[int]
    BRANDING_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_name: str
    tenant_type: TenantType
    branding: _configuration_pb2.Branding
    features: _json_pb2.JsonObject
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_name: _Optional[str] = ..., tenant_type: _Optional[_Union[TenantType, str]] = ..., branding: _Optional[_Union[_configuration_pb2.Branding, _Mapping]] = ..., features: _Optional[_Union[_json_pb2.JsonObject, _Mapping]] = ...) -> None: ...

class ExportTenantRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ...) -> None: ...

class ExportTenantResponse(_message.Message):
    __slots__ = ("kind", "record")
    KIND_FIELD_NUMBER: _ClassVar[int]
    RECORD_FIELD_NUMBER: _ClassVar[int]
    kind: str
    record: _json_pb2.JsonObject
    def __init__(self, kind: _Optional[str] = ..., record: _Optional[_Union[_json_pb2.JsonObject, _Mapping]] = ...) -> None: ...
