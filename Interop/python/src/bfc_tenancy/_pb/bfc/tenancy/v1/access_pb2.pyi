from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AccessStepKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ACCESS_STEP_KIND_UNSPECIFIED: _ClassVar[AccessStepKind]
    ACCESS_STEP_KIND_MEMBERSHIP: _ClassVar[AccessStepKind]
    ACCESS_STEP_KIND_API_KEY: _ClassVar[AccessStepKind]
    ACCESS_STEP_KIND_TENANT_STATUS: _ClassVar[AccessStepKind]
    ACCESS_STEP_KIND_FEATURE: _ClassVar[AccessStepKind]
    ACCESS_STEP_KIND_ROLE: _ClassVar[AccessStepKind]
    ACCESS_STEP_KIND_MEMBER_PERMISSION: _ClassVar[AccessStepKind]
    ACCESS_STEP_KIND_ROLE_GRANT: _ClassVar[AccessStepKind]
    ACCESS_STEP_KIND_PERMISSION_GRANT: _ClassVar[AccessStepKind]
    ACCESS_STEP_KIND_KEY_SCOPE: _ClassVar[AccessStepKind]
    ACCESS_STEP_KIND_PERMISSION: _ClassVar[AccessStepKind]
ACCESS_STEP_KIND_UNSPECIFIED: AccessStepKind
ACCESS_STEP_KIND_MEMBERSHIP: AccessStepKind
ACCESS_STEP_KIND_API_KEY: AccessStepKind
ACCESS_STEP_KIND_TENANT_STATUS: AccessStepKind
ACCESS_STEP_KIND_FEATURE: AccessStepKind
ACCESS_STEP_KIND_ROLE: AccessStepKind
ACCESS_STEP_KIND_MEMBER_PERMISSION: AccessStepKind
ACCESS_STEP_KIND_ROLE_GRANT: AccessStepKind
ACCESS_STEP_KIND_PERMISSION_GRANT: AccessStepKind
ACCESS_STEP_KIND_KEY_SCOPE: AccessStepKind
ACCESS_STEP_KIND_PERMISSION: AccessStepKind

class AccessStep(_message.Message):
    __slots__ = ("kind", "passed", "name", "message", "expires_at")
    KIND_FIELD_NUMBER: _ClassVar[int]
    PASSED_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    kind: AccessStepKind
    passed: bool
    name: str
    message: str
    expires_at: _timestamp_pb2.Timestamp
    def __init__(self, kind: _Optional[_Union[AccessStepKind, str]] = ..., passed: bool = ..., name: _Optional[str] = ..., message: _Optional[str] = ..., expires_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class AccessQuestion(_message.Message):
    __slots__ = ("user_id", "key_id", "permission", "feature", "source_address")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    PERMISSION_FIELD_NUMBER: _ClassVar[int]
    FEATURE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    key_id: int
    permission: str
    feature: str
    source_address: str
    def __init__(self, user_id: _Optional[str] = ..., key_id: _Optional[int] = ..., permission: _Optional[str] = ..., feature: _Optional[str] = ..., source_address: _Optional[str] = ...) -> None: ...

class AccessAnswer(_message.Message):
    __slots__ = ("allowed", "decided_by")
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    allowed: bool
    decided_by: AccessStepKind
    def __init__(self, allowed: bool = ..., decided_by: _Optional[_Union[AccessStepKind, str]] = ...) -> None: ...

class CheckAccessRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "question")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    question: AccessQuestion
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., question: _Optional[_Union[AccessQuestion, _Mapping]] = ...) -> None: ...

class CheckAccessResponse(_message.Message):
    __slots__ = ("allowed", "decided_by")
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    allowed: bool
    decided_by: AccessStepKind
    def __init__(self, allowed: bool = ..., decided_by: _Optional[_Union[AccessStepKind, str]] = ...) -> None: ...

class BatchCheckAccessRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "questions")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    QUESTIONS_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    questions: _containers.RepeatedCompositeFieldContainer[AccessQuestion]
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., questions: _Optional[_Iterable[_Union[AccessQuestion, _Mapping]]] = ...) -> None: ...

class BatchCheckAccessResponse(_message.Message):
    __slots__ = ("answers",)
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    answers: _containers.RepeatedCompositeFieldContainer[AccessAnswer]
    def __init__(self, answers: _Optional[_Iterable[_Union[AccessAnswer, _Mapping]]] = ...) -> None: ...

class ExplainAccessRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "question")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    question: AccessQuestion
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., question: _Optional[_Union[AccessQuestion, _Mapping]] = ...) -> None: ...

class ExplainAccessResponse(_message.Message):
    __slots__ = ("allowed", "decided_by", "path")
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    allowed: bool
    decided_by: AccessStepKind
    path: _containers.RepeatedCompositeFieldContainer[AccessStep]
    def __init__(self, allowed: bool = ..., decided_by: _Optional[_Union[AccessStepKind, str]] = ..., path: _Optional[_Iterable[_Union[AccessStep, _Mapping]]] = ...) -> None: ...

class ListPermissionsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class PermissionDefinition(_message.Message):
    __slots__ = ("permission", "description", "roles")
    PERMISSION_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    permission: str
    description: str
    roles: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, permission: _Optional[str] = ..., description: _Optional[str] = ..., roles: _Optional[_Iterable[str]] = ...) -> None: ...

class ListPermissionsResponse(_message.Message):
    __slots__ = ("success", "permissions")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    PERMISSIONS_FIELD_NUMBER: _ClassVar[int]
    success: bool
    permissions: _containers.RepeatedCompositeFieldContainer[PermissionDefinition]
    def __init__(self, success: bool = ..., permissions: _Optional[_Iterable[_Union[PermissionDefinition, _Mapping]]] = ...) -> None: ...

class RoleDefinition(_message.Message):
    __slots__ = ("role_name", "description", "permissions", "built_in", "created_by", "created_at", "updated_at", "version")
    ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    PERMISSIONS_FIELD_NUMBER: _ClassVar[int]
    BUILT_IN_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    role_name: str
    description: str
    permissions: _containers.RepeatedScalarFieldContainer[str]
    built_in: bool
    created_by: str
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    version: int
    def __init__(self, role_name: _Optional[str] = ..., description: _Optional[str] = ..., permissions: _Optional[_Iterable[str]] = ..., built_in: bool = ..., created_by: _Optional[str] = ..., created_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., version: _Optional[int] = ...) -> None: ...

class ListRolesRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ...) -> None: ...

class ListRolesResponse(_message.Message):
    __slots__ = ("success", "roles")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    success: bool
    roles: _containers.RepeatedCompositeFieldContainer[RoleDefinition]
    def __init__(self, success: bool = ..., roles: _Optional[_Iterable[_Union[RoleDefinition, _Mapping]]] = ...) -> None: ...

class CreateRoleRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "role_name", "description", "permissions", "idempotency_key", "validate_only")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    PERMISSIONS_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    role_name: str
    description: str
    permissions: _containers.RepeatedScalarFieldContainer[str]
    idempotency_key: str
    validate_only: bool
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., role_name: _Optional[str] = ..., description: _Optional[str] = ..., permissions: _Optional[_Iterable[str]] = ..., idempotency_key: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class CreateRoleResponse(_message.Message):
    __slots__ = ("success", "role")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    success: bool
    role: RoleDefinition
    def __init__(self, success: bool = ..., role: _Optional[_Union[RoleDefinition, _Mapping]] = ...) -> None: ...

class UpdateRoleRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "role_name", "update_mask", "description", "permissions", "expected_version", "idempotency_key", "validate_only")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    PERMISSIONS_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VERSION_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    role_name: str
    update_mask: _field_mask_pb2.FieldMask
    description: str
    permissions: _containers.RepeatedScalarFieldContainer[str]
    expected_version: int
    idempotency_key: str
    validate_only: bool
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., role_name: _Optional[str] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., description: _Optional[str] = ..., permissions: _Optional[_Iterable[str]] = ..., expected_version: _Optional[int] = ..., idempotency_key: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class UpdateRoleResponse(_message.Message):
    __slots__ = ("success", "role")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    success: bool
    role: RoleDefinition
    def __init__(self, success: bool = ..., role: _Optional[_Union[RoleDefinition, _Mapping]] = ...) -> None: ...

class DeleteRoleRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "role_name", "expected_version", "idempotency_key", "validate_only")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VERSION_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    role_name: str
    expected_version: int
    idempotency_key: str
    validate_only: bool
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., role_name: _Optional[str] = ..., expected_version: _Optional[int] = ..., idempotency_key: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class DeleteRoleResponse(_message.Message):
    __slots__ = ("success",)
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    success: bool
    def __init__(self, success: bool = ...) -> None: ...

class Grant(_message.Message):
    __slots__ = ("user_id", "role_name", "permission", "expires_at", "reason", "granted_by", "granted_at")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    PERMISSION_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    GRANTED_BY_FIELD_NUMBER: _ClassVar[int]
    GRANTED_AT_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    role_name: str
    permission: str
    expires_at: _timestamp_pb2.Timestamp
    reason: str
    granted_by: str
    granted_at: _timestamp_pb2.Timestamp
    def __init__(self, user_id: _Optional[str] = ..., role_name: _Optional[str] = ..., permission: _Optional[str] = ..., expires_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., granted_by: _Optional[str] = ..., granted_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListGrantsRequest(_message.Message):
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

class ListGrantsResponse(_message.Message):
    __slots__ = ("success", "grants", "next_page_token")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    GRANTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    success: bool
    grants: _containers.RepeatedCompositeFieldContainer[Grant]
    next_page_token: str
    def __init__(self, success: bool = ..., grants: _Optional[_Iterable[_Union[Grant, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CreateGrantRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "user_id", "role_name", "permission", "expires_at", "reason", "idempotency_key", "validate_only")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    PERMISSION_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    user_id: str
    role_name: str
    permission: str
    expires_at: _timestamp_pb2.Timestamp
    reason: str
    idempotency_key: str
    validate_only: bool
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., user_id: _Optional[str] = ..., role_name: _Optional[str] = ..., permission: _Optional[str] = ..., expires_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class CreateGrantResponse(_message.Message):
    __slots__ = ("success", "grant")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    GRANT_FIELD_NUMBER: _ClassVar[int]
    success: bool
    grant: Grant
    def __init__(self, success: bool = ..., grant: _Optional[_Union[Grant, _Mapping]] = ...) -> None: ...

class RevokeGrantRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "user_id", "role_name", "permission", "idempotency_key", "validate_only")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    PERMISSION_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    user_id: str
    role_name: str
    permission: str
    idempotency_key: str
    validate_only: bool
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., user_id: _Optional[str] = ..., role_name: _Optional[str] = ..., permission: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class RevokeGrantResponse(_message.Message):
    __slots__ = ("success",)
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    success: bool
    def __init__(self, success: bool = ...) -> None: ...
