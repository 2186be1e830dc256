package io.opensergo.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.rules.contract.ApplicationMetadata;
import io.opensergo.rules.contract.FieldDescriptor;
import io.opensergo.rules.contract.MethodDescriptor;
import io.opensergo.rules.contract.Node;
import io.opensergo.rules.contract.ServiceContract;
import io.opensergo.rules.contract.ServiceDescriptor;
import io.opensergo.rules.contract.ServiceMetadata;
import io.opensergo.rules.contract.TypeDescriptor;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction.ProvidedResponse;
import io.opensergo.rules.faulttolerance.LimitMode;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.traffic.Destination;
import io.opensergo.rules.traffic.HttpMatch;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.RouteDestination;
import io.opensergo.rules.traffic.StringMatch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BuildersTest {

    private static final Metadata METADATA = Metadata.of("shop", "orders", "orders-per-second");

    @Test
    void whatIsLeftOutHasItsDefault() {
        var limit =
                RateLimitStrategy.builder(METADATA)
                        .threshold(50)
                        .statDuration(Duration.ofSeconds(1))
                        .build();
        var slots = ConcurrencyLimitStrategy.builder(METADATA).maxConcurrency(8).build();
        var answer =
                HttpRequestFallbackAction.builder(METADATA)
                        .behaviorDesc(ProvidedResponse.builder().responseStatusCode(429).build())
                        .build();

        assertThat(limit.limitMode()).isEqualTo(LimitMode.LOCAL);
        assertThat(limit.metricType()).isEqualTo(RateLimitStrategy.MetricType.REQUEST_AMOUNT);
        assertThat(slots.limitMode()).isEqualTo(LimitMode.LOCAL);
        assertThat(answer.behavior())
                .isEqualTo(HttpRequestFallbackAction.Behavior.RETURN_PROVIDED_RESPONSE);
        assertThat(answer.behaviorDesc().responseContentBody()).isNull();
        assertThat(answer.behaviorDesc().responseAdditionalHeaders()).isEmpty();
        assertThat(Metadata.builder().name("a").build())
                .isEqualTo(new Metadata("a", "default", Map.of(), Map.of()));
    }

    @Test
    void fieldsOfContractsThatAreLeftOutAreEmpty() {
        var node = Node.of("host", 1, Instant.EPOCH);
        var contract = ServiceContract.builder().build();

        assertThat(ApplicationMetadata.builder().app("a").node(node).build().services()).isEmpty();
        assertThat(contract.services()).isEmpty();
        assertThat(contract.types()).isEmpty();
        assertThat(ServiceMetadata.builder().contract(contract).build())
                .isEqualTo(new ServiceMetadata(List.of(), List.of(), contract));
        assertThat(ServiceDescriptor.builder().name("a").build().methods()).isEmpty();
        assertThat(TypeDescriptor.builder().name("a").build().fields()).isEmpty();
        assertThat(MethodDescriptor.builder().name("a").build())
                .isEqualTo(MethodDescriptor.of("a", List.of(), List.of()));
        assertThat(
                        FieldDescriptor.builder()
                                .name("a")
                                .type(FieldDescriptor.Type.STRING)
                                .build()
                                .label())
                .isEqualTo(FieldDescriptor.Label.UNSPECIFIED);
    }

    @Test
    void builtRecordIsCheckedAsAnyOther() {
        var builder = RateLimitStrategy.builder(METADATA).threshold(-1).statDuration(Duration.ZERO);

        assertThatThrownBy(builder::build)
                .isInstanceOf(InvalidRuleException.class)
                .hasMessageContaining("threshold must be a whole number >= 0, was -1")
                .hasMessageContaining("statDuration");
    }

    @Test
    void builtRecordHasCopiesOfItsLists() {
        List<RouteDestination> route =
                new ArrayList<>(List.of(RouteDestination.of(Destination.of("prices"))));
        HttpRoute built = HttpRoute.builder().route(route).build();

        route.clear();

        assertThat(built.route()).hasSize(1);
    }

    @Test
    void changeOfACopyLeavesTheRecordAsItIs() {
        HttpMatch match = HttpMatch.builder().uri(StringMatch.exact("/a")).port(80).build();

        HttpMatch changed = match.toBuilder().port(null).build();

        assertThat(changed).isEqualTo(HttpMatch.builder().uri(StringMatch.exact("/a")).build());
        assertThat(match.port()).isEqualTo(80);
    }

    @Test
    void builderCanBeUsedAgain() {
        var destinations = Destination.builder().host("prices");

        Destination all = destinations.build();
        Destination beta = destinations.subset("beta").build();

        assertThat(all).isEqualTo(Destination.of("prices"));
        assertThat(beta).isEqualTo(Destination.of("prices", "beta"));
    }
}
