package io.opensergo.proto;

/** The published messages, as the specification's tables give them: number, name, type. */
final class WireTables {

    static final String COMMON =
            """
            enum TimeUnit
            UNKNOWN 0
            MILLISECOND 1
            SECOND 2
            MINUTE 3
            HOUR 4
            DAY 5
            """;

    static final String TRANSPORT =
            """
            message Status
            1 code int32
            2 message string
            3 details repeated google.protobuf.Any
            enum SubscribeOpType
            SUBSCRIBE 0
            UNSUBSCRIBE 1
            message SubscribeLabelKV
            1 key string
            2 value string
            message SubscribeRequestTarget
            1 namespace string
            2 app string
            3 labels repeated SubscribeLabelKV
            4 kinds repeated string
            message SubscribeRequest
            1 target SubscribeRequestTarget
            2 op_type SubscribeOpType
            3 response_ack string
            4 attachments repeated google.protobuf.Any
            5 status Status
            6 identifier string
            7 request_id string
            message ControlPlaneDesc
            1 identifier string
            message SubscribeResponse
            1 status Status
            2 ack string
            3 namespace string
            4 app string
            5 kind string
            6 dataWithVersion DataWithVersion
            7 control_plane ControlPlaneDesc
            8 response_id string
            message DataWithVersion
            1 data repeated google.protobuf.Any
            2 version int64
            """;

    static final String FAULT_TOLERANCE =
            """
            message FaultToleranceRule
            1 targets repeated FaultToleranceRuleTargetRef
            2 strategies repeated FaultToleranceStrategyRef
            3 action FaultToleranceActionRef
            message FaultToleranceRule.FaultToleranceRuleTargetRef
            1 target_resource_name string
            message FaultToleranceRule.FaultToleranceStrategyRef
            1 name string
            2 kind string
            message FaultToleranceRule.FaultToleranceActionRef
            1 name string
            2 kind string
            message RateLimitStrategy
            1 name string
            2 metric_type MetricType
            3 limit_mode LimitMode
            4 threshold int64
            5 stat_duration int32
            6 stat_duration_time_unit io.opensergo.proto.common.v1.TimeUnit
            enum RateLimitStrategy.MetricType
            TYPE_UNKNOWN 0
            TYPE_REQUEST_AMOUNT 1
            enum RateLimitStrategy.LimitMode
            MODE_UNKNOWN 0
            MODE_LOCAL 1
            MODE_GLOBAL 2
            message ThrottlingStrategy
            1 name string
            2 min_interval_millis_of_requests int64
            3 queue_timeout_millis int64
            message ConcurrencyLimitStrategy
            1 name string
            2 limit_mode LimitMode
            3 max_concurrency int64
            enum ConcurrencyLimitStrategy.LimitMode
            MODE_UNKNOWN 0
            MODE_LOCAL 1
            MODE_GLOBAL 2
            message CircuitBreakerStrategy
            1 name string
            2 strategy Strategy
            3 trigger_ratio double
            4 stat_duration int64
            5 stat_duration_time_unit io.opensergo.proto.common.v1.TimeUnit
            6 recovery_timeout int32
            7 recovery_timeout_time_unit io.opensergo.proto.common.v1.TimeUnit
            8 min_request_amount int32
            9 slow_condition CircuitBreakerSlowCondition
            10 error_condition CircuitBreakerErrorCondition
            enum CircuitBreakerStrategy.Strategy
            STRATEGY_UNKNOWN 0
            STRATEGY_SLOW_REQUEST_RATIO 1
            STRATEGY_ERROR_REQUEST_RATIO 2
            message CircuitBreakerStrategy.CircuitBreakerSlowCondition
            1 max_allowed_rt_millis int32
            message CircuitBreakerStrategy.CircuitBreakerErrorCondition
            """;

    static final String ROUTER =
            """
            message ClusterFallbackConfig_ClusterConfig
            1 RoutingCluster string
            2 FallbackCluster string
            """;

    static final String SERVICE_CONTRACT =
            """
            message ReportMetadataRequest
            1 app_name string
            2 node Node
            3 service_metadata repeated ServiceMetadata
            message ReportMetadataReply
            message ServiceMetadata
            1 listening_addresses repeated SocketAddress
            2 protocols repeated string
            3 service_contract ServiceContract
            message ServiceContract
            1 services repeated ServiceDescriptor
            2 types repeated TypeDescriptor
            message ServiceDescriptor
            1 name string
            2 methods repeated MethodDescriptor
            3 description optional string
            message MethodDescriptor
            1 name string
            2 input_types repeated string
            3 output_types repeated string
            5 client_streaming optional bool
            6 server_streaming optional bool
            7 description optional string
            8 http_paths repeated string
            9 http_methods repeated string
            message TypeDescriptor
            1 name string
            2 fields repeated FieldDescriptor
            message FieldDescriptor
            1 name string
            3 number int32
            4 label Label
            5 type Type
            6 type_name optional string
            7 description optional string
            enum FieldDescriptor.Label
            LABEL_UNSPECIFIED 0
            LABEL_OPTIONAL 1
            LABEL_REQUIRED 2
            LABEL_REPEATED 3
            enum FieldDescriptor.Type
            TYPE_UNSPECIFIED 0
            TYPE_DOUBLE 1
            TYPE_FLOAT 2
            TYPE_INT64 3
            TYPE_UINT64 4
            TYPE_INT32 5
            TYPE_FIXED64 6
            TYPE_FIXED32 7
            TYPE_BOOL 8
            TYPE_STRING 9
            TYPE_GROUP 10
            TYPE_MESSAGE 11
            TYPE_BYTES 12
            TYPE_UINT32 13
            TYPE_ENUM 14
            TYPE_SFIXED32 15
            TYPE_SFIXED64 16
            TYPE_SINT32 17
            TYPE_SINT64 18
            message Node
            1 identifier NodeIdentifier
            4 locality optional Locality
            5 tag optional string
            6 cluster optional string
            7 env optional string
            message NodeIdentifier
            1 host_name string
            2 pid uint32
            3 start_timestamp google.protobuf.Timestamp
            message SocketAddress
            1 address string
            2 port_value uint32
            message Locality
            2 region string
            3 zone string
            """;

    static final String ENVOY_MATCHER =
            """
            message RegexMatcher
            2 regex string
            message StringMatcher
            1 exact string
            2 prefix string
            3 suffix string
            5 safe_regex RegexMatcher
            6 ignore_case bool
            7 contains string
            """;

    static final String ENVOY_TYPE =
            """
            message FractionalPercent
            1 numerator uint32
            2 denominator DenominatorType
            enum FractionalPercent.DenominatorType
            HUNDRED 0
            TEN_THOUSAND 1
            MILLION 2
            """;

    static final String ENVOY_CORE =
            """
            message HeaderValue
            1 key string
            2 value string
            message HeaderValueOption
            1 header HeaderValue
            2 append google.protobuf.BoolValue
            3 append_action HeaderAppendAction
            4 keep_empty_value bool
            enum HeaderValueOption.HeaderAppendAction
            APPEND_IF_EXISTS_OR_ADD 0
            ADD_IF_ABSENT 1
            OVERWRITE_IF_EXISTS_OR_ADD 2
            OVERWRITE_IF_EXISTS 3
            message TypedExtensionConfig
            1 name string
            2 typed_config google.protobuf.Any
            message RuntimeFractionalPercent
            1 default_value envoy.type.v3.FractionalPercent
            message DataSource
            2 inline_bytes bytes
            3 inline_string string
            """;

    static final String ENVOY_ROUTE =
            """
            message RouteConfiguration
            1 name string
            2 virtual_hosts repeated VirtualHost
            message VirtualHost
            1 name string
            2 domains repeated string
            3 routes repeated Route
            message Route
            14 name string
            1 match RouteMatch
            2 route RouteAction
            3 redirect RedirectAction
            7 direct_response DirectResponseAction
            9 request_headers_to_add repeated envoy.config.core.v3.HeaderValueOption
            12 request_headers_to_remove repeated string
            10 response_headers_to_add repeated envoy.config.core.v3.HeaderValueOption
            11 response_headers_to_remove repeated string
            19 stat_prefix string
            message RouteMatch
            1 prefix string
            2 path string
            10 safe_regex envoy.type.matcher.v3.RegexMatcher
            14 path_separated_prefix string
            4 case_sensitive google.protobuf.BoolValue
            6 headers repeated HeaderMatcher
            7 query_parameters repeated QueryParameterMatcher
            message HeaderMatcher
            1 name string
            4 exact_match string
            7 present_match bool
            8 invert_match bool
            9 prefix_match string
            10 suffix_match string
            11 safe_regex_match envoy.type.matcher.v3.RegexMatcher
            12 contains_match string
            13 string_match envoy.type.matcher.v3.StringMatcher
            14 treat_missing_header_as_empty bool
            message QueryParameterMatcher
            1 name string
            5 string_match envoy.type.matcher.v3.StringMatcher
            6 present_match bool
            message RouteAction
            1 cluster string
            3 weighted_clusters WeightedCluster
            39 inline_cluster_specifier_plugin ClusterSpecifierPlugin
            5 prefix_rewrite string
            6 host_rewrite_literal string
            8 timeout google.protobuf.Duration
            9 retry_policy RetryPolicy
            30 request_mirror_policies repeated RequestMirrorPolicy
            17 cors CorsPolicy
            message RouteAction.RequestMirrorPolicy
            1 cluster string
            3 runtime_fraction envoy.config.core.v3.RuntimeFractionalPercent
            message ClusterSpecifierPlugin
            1 extension envoy.config.core.v3.TypedExtensionConfig
            message WeightedCluster
            1 clusters repeated ClusterWeight
            message WeightedCluster.ClusterWeight
            1 name string
            2 weight google.protobuf.UInt32Value
            4 request_headers_to_add repeated envoy.config.core.v3.HeaderValueOption
            9 request_headers_to_remove repeated string
            5 response_headers_to_add repeated envoy.config.core.v3.HeaderValueOption
            6 response_headers_to_remove repeated string
            message RetryPolicy
            1 retry_on string
            2 num_retries google.protobuf.UInt32Value
            3 per_try_timeout google.protobuf.Duration
            message RedirectAction
            1 host_redirect string
            2 path_redirect string
            3 response_code RedirectResponseCode
            4 https_redirect bool
            7 scheme_redirect string
            8 port_redirect uint32
            enum RedirectAction.RedirectResponseCode
            MOVED_PERMANENTLY 0
            FOUND 1
            SEE_OTHER 2
            TEMPORARY_REDIRECT 3
            PERMANENT_REDIRECT 4
            message DirectResponseAction
            1 status uint32
            2 body envoy.config.core.v3.DataSource
            message CorsPolicy
            11 allow_origin_string_match repeated envoy.type.matcher.v3.StringMatcher
            2 allow_methods string
            3 allow_headers string
            4 expose_headers string
            5 max_age string
            6 allow_credentials google.protobuf.BoolValue
            """;

    private WireTables() {}
}
