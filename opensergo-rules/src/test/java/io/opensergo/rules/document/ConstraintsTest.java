package io.opensergo.rules.document;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.rules.RuleKind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each constraint that is no plain limit, as the reader reports it. The {@code spec} is in flow
 * style on line 5, after two blanks; an object that lacks something is found at its name.
 */
class ConstraintsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    FaultToleranceRule | {strategies: []} | 4:1: spec.targets is required
                    FaultToleranceRule | {targets: []} | 4:1: spec.strategies is required
                    FaultToleranceRule | {targets: null, strategies: []} | 5:13: spec.targets must be a list, was nothing
                    FaultToleranceRule | {targets: {}, strategies: []} | 5:4: spec.targets must be a list, was an object
                    FaultToleranceRule | {targets: [a], strategies: []} | 5:14: spec.targets[0] must be an object, was "a"
                    FaultToleranceRule | {targets: [{}], strategies: []} | 5:14: spec.targets[0].targetResourceName is required
                    FaultToleranceRule | {targets: [{targetResourceName: 5}], strategies: []} | 5:35: spec.targets[0].targetResourceName must be a text, was 5; put it in quotes: "5"
                    FaultToleranceRule | {targets: [], strategies: [{kind: RateLimitStrategy}]} | 5:30: spec.strategies[0].name is required
                    FaultToleranceRule | {targets: [], strategies: [{name: a, kind: RateLimitStrategi}]} | 5:46: spec.strategies[0].kind must be one of [RateLimitStrategy, ThrottlingStrategy, ConcurrencyLimitStrategy, CircuitBreakerStrategy, AdaptiveOverloadProtectionStrategy], was "RateLimitStrategi"; did you mean 'RateLimitStrategy'?
                    FaultToleranceRule | {targets: [], strategies: [], fallbackAction: ""} | 5:49: spec.fallbackAction must be a text of at least 1 character, was empty
                    RateLimitStrategy | {limitMode: Local, threshold: 5, statDurationSeconds: 1} | 4:1: spec.metricType is required
                    RateLimitStrategy | {metricType: RequestAmount, threshold: 5, statDurationSeconds: 1} | 4:1: spec.limitMode is required
                    RateLimitStrategy | {metricType: RequestAmount, limitMode: Local, statDurationSeconds: 1} | 4:1: spec.threshold is required
                    RateLimitStrategy | {metricType: Requests, limitMode: Local, threshold: 5, statDurationSeconds: 1} | 5:16: spec.metricType must be one of [RequestAmount], was "Requests"
                    RateLimitStrategy | {metricType: RequestAmount, limitMode: local, threshold: 5, statDurationSeconds: 1} | 5:42: spec.limitMode must be one of [Local, Global, GlobalToLocal], was "local"; did you mean 'Local'?
                    RateLimitStrategy | {metricType: RequestAmount, limitMode: Local, threshold: -1, statDurationSeconds: 1} | 5:60: spec.threshold must be a whole number >= 0, was -1
                    RateLimitStrategy | {metricType: RequestAmount, limitMode: Local, threshold: 0.5, statDurationSeconds: 1} | 5:60: spec.threshold must be a whole number (for less than one request per window write a longer statDurationSeconds), was 0.5
                    RateLimitStrategy | {metricType: RequestAmount, limitMode: Local, threshold: "5", statDurationSeconds: 1} | 5:60: spec.threshold must be a whole number (for less than one request per window write a longer statDurationSeconds), was "5"
                    RateLimitStrategy | {metricType: RequestAmount, limitMode: Local, threshold: 9223372036854775808, statDurationSeconds: 1} | 5:60: spec.threshold must be a whole number from -9223372036854775808 to 9223372036854775807, was 9223372036854775808
                    ThrottlingStrategy | {queueTimeout: 1s} | 4:1: spec.minIntervalOfRequests is required
                    ThrottlingStrategy | {minIntervalOfRequests: 0s} | 4:1: spec.queueTimeout is required
                    ConcurrencyLimitStrategy | {maxConcurrency: 1} | 4:1: spec.limitMode is required
                    ConcurrencyLimitStrategy | {limitMode: Local} | 4:1: spec.maxConcurrency is required
                    ConcurrencyLimitStrategy | {limitMode: Local, maxConcurrency: -1} | 5:38: spec.maxConcurrency must be a whole number >= 0, was -1
                    CircuitBreakerStrategy | {strategy: SlowRequestRatio, triggerRatio: 5%, statDuration: 1s, recoveryTimeout: 1s, minRequestAmount: 1} | 4:1: spec.slowConditions is required for SlowRequestRatio
                    CircuitBreakerStrategy | {strategy: SlowRequestRatio, triggerRatio: 5%, statDuration: 1s, recoveryTimeout: 1s, minRequestAmount: 1, slowConditions: {}} | 5:110: spec.slowConditions.maxAllowedRt is required
                    CircuitBreakerStrategy | {strategy: ErrorRequestRatio, triggerRatio: 5%, statDuration: 1s, recoveryTimeout: 1s, minRequestAmount: 0} | 5:108: spec.minRequestAmount must be a whole number >= 1, was 0
                    CircuitBreakerStrategy | {strategy: ErrorRequestRatio, triggerRatio: 5%, statDuration: 1s, recoveryTimeout: 1s, minRequestAmount: 2147483648} | 5:108: spec.minRequestAmount must be a whole number from -2147483648 to 2147483647, was 2147483648
                    CircuitBreakerStrategy | {triggerRatio: 5%, statDuration: 1s, recoveryTimeout: 1s, minRequestAmount: 1} | 4:1: spec.strategy is required
                    CircuitBreakerStrategy | {strategy: ErrorRequestRatio, statDuration: 1s, recoveryTimeout: 1s, minRequestAmount: 1} | 4:1: spec.triggerRatio is required
                    CircuitBreakerStrategy | {strategy: ErrorRequestRatio, triggerRatio: 5%, recoveryTimeout: 1s, minRequestAmount: 1} | 4:1: spec.statDuration is required
                    CircuitBreakerStrategy | {strategy: ErrorRequestRatio, triggerRatio: 5%, statDuration: 1s, minRequestAmount: 1} | 4:1: spec.recoveryTimeout is required
                    CircuitBreakerStrategy | {strategy: ErrorRequestRatio, triggerRatio: 5%, statDuration: 1s, recoveryTimeout: 1s} | 4:1: spec.minRequestAmount is required
                    AdaptiveOverloadProtectionStrategy | {metricType: CpuPercentage, triggerThreshold: 4.5, adaptiveStrategy: BBR} | 5:49: spec.triggerThreshold must be a percentage such as '82%' for CpuPercentage, was 4.5
                    AdaptiveOverloadProtectionStrategy | {metricType: SystemLoad, triggerThreshold: 82%, adaptiveStrategy: NONE} | 5:46: spec.triggerThreshold must be a number such as 4.5 for SystemLoad, was 82%
                    AdaptiveOverloadProtectionStrategy | {metricType: SystemLoad, triggerThreshold: 4.5, adaptiveStrategy: BBR} | 5:69: spec.adaptiveStrategy must be NONE for SystemLoad, was BBR
                    AdaptiveOverloadProtectionStrategy | {triggerThreshold: 4.5, adaptiveStrategy: NONE} | 4:1: spec.metricType is required
                    AdaptiveOverloadProtectionStrategy | {metricType: SystemLoad, adaptiveStrategy: NONE} | 4:1: spec.triggerThreshold is required
                    AdaptiveOverloadProtectionStrategy | {metricType: SystemLoad, triggerThreshold: 4.5} | 4:1: spec.adaptiveStrategy is required
                    HttpRequestFallbackAction | {behaviorDesc: {responseStatusCode: 429}} | 4:1: spec.behavior is required
                    HttpRequestFallbackAction | {behavior: ReturnProvidedResponse} | 4:1: spec.behaviorDesc is required
                    HttpRequestFallbackAction | {behavior: ReturnProvidedResponse, behaviorDesc: {}} | 5:38: spec.behaviorDesc.responseStatusCode is required
                    HttpRequestFallbackAction | {behavior: ReturnProvidedResponse, behaviorDesc: {responseStatusCode: 99}} | 5:73: spec.behaviorDesc.responseStatusCode must be a whole number from 100 to 599, was 99
                    HttpRequestFallbackAction | {behavior: ReturnProvidedResponse, behaviorDesc: {responseStatusCode: 429, responseAdditionalHeaders: [{key: a}]}} | 5:106: spec.behaviorDesc.responseAdditionalHeaders[0].value is required
                    TrafficRouter | {hosts: [""]} | 5:12: spec.hosts[0] must be a text of at least 1 character, was empty
                    TrafficRouter | {http: [{route: [{destination: {host: a}}], redirect: {}}]} | 5:11: spec.http[0] must have at most one of route, redirect and directResponse, was 2 of them
                    TrafficRouter | {http: [{redirect: {}, directResponse: {status: 200}}]} | 5:11: spec.http[0] must have at most one of route, redirect and directResponse, was 2 of them
                    TrafficRouter | {http: [{directResponse: {status: 200, body: {}}}]} | 5:42: spec.http[0].directResponse.body must have one of [string, bytes], was none of them
                    TrafficRouter | {http: [{directResponse: {status: 200, body: {string: a, bytes: YQ==}}}]} | 5:42: spec.http[0].directResponse.body must have only one of [string, bytes], was string and bytes
                    TrafficRouter | {http: [{directResponse: {status: 200, body: {bytes: "a b"}}}]} | 5:56: spec.http[0].directResponse.body.bytes must be bytes in Base64, was "a b"
                    TrafficRouter | {http: [{directResponse: {status: 200, body: {string: null}}}]} | 5:57: spec.http[0].directResponse.body.string must be a text, was nothing
                    TrafficRouter | {http: [{directResponse: {}}]} | 5:12: spec.http[0].directResponse.status is required
                    TrafficRouter | {http: [{redirect: {port: 80, derivePort: FROM_REQUEST_PORT}}]} | 5:45: spec.http[0].redirect.derivePort must not be given together with port, was FROM_REQUEST_PORT
                    TrafficRouter | {http: [{match: [{uri: {}}]}]} |
                    TrafficRouter | {http: [{match: [{uri: {exact: a, prefix: b}}]}]} | 5:21: spec.http[0].match[0].uri must have only one of [exact, prefix, regex], was exact and prefix
                    TrafficRouter | {http: [{match: [{uri: /a}]}]} | 5:26: spec.http[0].match[0].uri must be an object with one of [exact, prefix, regex], was "/a"
                    TrafficRouter | {http: [{match: [{uri: {exact: 1}}]}]} | 5:34: spec.http[0].match[0].uri.exact must be a text, was 1; put it in quotes: "1"
                    TrafficRouter | {http: [{match: [{uri: {regex: ""}}]}]} | 5:34: spec.http[0].match[0].uri.regex must be a text of at least 1 character, was empty
                    TrafficRouter | {http: [{match: [{uri: {regex: "a("}}]}]} | 5:34: spec.http[0].match[0].uri.regex must be a regular expression of RE2: missing closing ), was "a("
                    TrafficRouter | {http: [{match: [{uri: {regex: "(?=a)"}}]}]} | 5:34: spec.http[0].match[0].uri.regex must be a regular expression of RE2: invalid or unsupported Perl syntax, was "(?=a)"
                    TrafficRouter | {http: [{match: [{headers: {x-user.id: {exact: [a]}}}]}]} | 5:43: spec.http[0].match[0].headers.x-user.id.exact must be a text, was a list
                    TrafficRouter | {http: [{match: [{ignoreUriCase: "true"}]}]} | 5:36: spec.http[0].match[0].ignoreUriCase must be true or false, was "true"
                    TrafficRouter | {http: [{match: [{sourceLabels: {a: 1}}]}]} | 5:39: spec.http[0].match[0].sourceLabels.a must be a text, was 1; put it in quotes: "1"
                    TrafficRouter | {http: [{route: [{weight: 5}]}]} | 5:20: spec.http[0].route[0].destination is required
                    TrafficRouter | {http: [{route: [{destination: {}}]}]} | 5:21: spec.http[0].route[0].destination.host is required
                    TrafficRouter | {http: [{route: [{destination: {host: a, subset: ""}}]}]} | 5:52: spec.http[0].route[0].destination.subset must be a text of at least 1 character, was empty
                    TrafficRouter | {http: [{route: [{destination: {host: a, fallback: {}}}]}]} | 5:44: spec.http[0].route[0].destination.fallback.host is required
                    TrafficRouter | {http: [{route: [{destination: {host: a, fallback: {host: b, subset: ""}}}]}]} | 5:72: spec.http[0].route[0].destination.fallback.subset must be a text of at least 1 character, was empty
                    TrafficRouter | {http: [{fault: {delay: {fixedDelay: 1s, exponentialDelay: 1s}}}]} | 5:20: spec.http[0].fault.delay must have at most one of fixedDelay and exponentialDelay, was both
                    TrafficRouter | {http: [{fault: {abort: {httpStatus: 500, grpcStatus: INTERNAL, http2Error: X}}}]} | 5:20: spec.http[0].fault.abort must have at most one of httpStatus, grpcStatus and http2Error, was 3 of them
                    TrafficRouter | {http: [{fault: {abort: {httpStatus: 500, http2Error: X}}}]} | 5:20: spec.http[0].fault.abort must have at most one of httpStatus, grpcStatus and http2Error, was 2 of them
                    TrafficRouter | {tcp: [{route: [{}]}]} | 5:19: spec.tcp[0].route[0].destination is required
                    TrafficRouter | {tls: [{route: [{}]}]} | 5:19: spec.tls[0].route[0].destination is required
                    TrafficLane | {} | 4:1: spec.rules is required
                    TrafficLane | {rules: {}} | 5:4: spec.rules.lane is required
                    TrafficLane | {rules: {lane: {name: ""}}} | 5:25: spec.rules.lane.name must be a text of at least 1 character, was empty
                    TrafficLane | {rules: {lane: {name: a}, traffic: {}}} | 5:29: spec.rules.traffic.http is required
                    TrafficLane | {rules: {lane: {name: a}, traceIdBaggage: ""}} | 5:45: spec.rules.traceIdBaggage must be a text of at least 1 character, was empty
                    VirtualWorkload | {subsets: []} | 4:1: spec.host is required
                    VirtualWorkload | {host: a, subsets: [{name: b}, {name: c}, {name: b}]} | 5:52: spec.subsets[2].name must be unique among the subsets, was "b"
                    VirtualDatabase | {services: [{}]} | 5:15: spec.services[0].name is required
                    VirtualDatabase | {services: [{name: a, databaseMySQL: {port: 0}}]} | 5:47: spec.services[0].databaseMySQL.port must be a whole number from 1 to 65535, was 0
                    DatabaseEndpoint | {} | 4:1: spec.database is required
                    DatabaseEndpoint | {database: {}} | 5:4: spec.database.MySQL is required
                    DatabaseEndpoint | {database: {MySQL: {username: a}}} | 5:15: spec.database.MySQL.url is required
                    ReadWriteSplitting | {} | 4:1: spec.rules is required
                    ReadWriteSplitting | {rules: {}} | 5:4: spec.rules must have exactly one of staticStrategy and dynamicStrategy, was neither
                    ReadWriteSplitting | {rules: {staticStrategy: {writeDataSourceName: a, readDataSourceNames: []}, dynamicStrategy: {autoAwareDataSourceName: a}}} | 5:4: spec.rules must have exactly one of staticStrategy and dynamicStrategy, was both
                    ReadWriteSplitting | {rules: {staticStrategy: {writeDataSourceName: a}}} | 5:12: spec.rules.staticStrategy.readDataSourceNames is required
                    ReadWriteSplitting | {rules: {dynamicStrategy: {}}} | 5:12: spec.rules.dynamicStrategy.autoAwareDataSourceName is required
                    ReadWriteSplitting | {rules: {dynamicStrategy: {autoAwareDataSourceName: a}, loadBalancers: [{loadBalancerName: a, type: random}]}} | 5:103: spec.rules.loadBalancers[0].type must be one of [ROUND_ROBIN, RANDOM, WEIGHT], was "random"; did you mean 'RANDOM'?
                    Sharding | {tables: {t: {databaseStrategy: {}}}} | 5:17: spec.tables.t.databaseStrategy must have one of [standard, complex, hint, none], was none of them
                    Sharding | {tables: {t: {databaseStrategy: {standard: {shardingColumn: a, shardingAlgorithm: b}}}}} | 5:36: spec.tables.t.databaseStrategy.standard.shardingAlgorithmName is required
                    Sharding | {defaultKeyGenerateStrategy: {column: a}} | 5:4: spec.defaultKeyGenerateStrategy.keyGeneratorName is required
                    Sharding | {autoTables: {t: {actualDataSources: a, actualDataNodes: b}}} | 5:60: spec.autoTables.t.actualDataNodes must not be given together with actualDataSources, was both
                    Sharding | {keyGenerators: {a: {props: {}}}} | 5:20: spec.keyGenerators.a.type is required
                    Encryption | {tables: {t: {columns: {c: {encryptorName: a}}}}} | 5:27: spec.tables.t.columns.c.cipherColumn is required
                    Encryption | {tables: {t: {columns: {c: {cipherColumn: a}}}}} | 5:27: spec.tables.t.columns.c.encryptorName is required
                    Encryption | {queryWithCipherColumn: yes please} | 5:27: spec.queryWithCipherColumn must be true or false, was "yes please"
                    Shadow | {dataSources: {a: {sourceDataSourceName: b}}} | 5:18: spec.dataSources.a.shadowDataSourceName is required
                    Shadow | {dataSources: {a: {shadowDataSourceName: b}}} | 5:18: spec.dataSources.a.sourceDataSourceName is required
                    DatabaseDiscovery | {discoveryTypes: {a: {}}} | 5:21: spec.discoveryTypes.a.type is required
                    DatabaseDiscovery | {dataSources: [a]} | 5:4: spec.dataSources must be an object, was a list
                    DistributedTransaction | {} | 4:1: spec.transaction is required
                    DistributedTransaction | {transaction: {defaultType: XA}} | 5:31: spec.transaction.defaultType must be one of [xa, base, local], was "XA"; did you mean 'xa'?
                    """)
    void isReportedWithPlaceAndPathAndWhatIsAllowedAndFound(
            String kind, String spec, String expected) {
        RuleKind<?> found = RuleKinds.standard().findByName(kind);

        ReadResult result = Documents.read(Documents.of(found, spec));

        if (expected == null) {
            assertThat(result.allProblems()).isEmpty();
        } else {
            assertThat(result.rules()).isEmpty();
            assertThat(result.allProblems())
                    .filteredOn(problem -> !problem.message().startsWith("is an unknown field"))
                    .extracting(Problem::toString)
                    .containsExactly("rules.yaml:" + expected + " (document 1)");
        }
    }
}
