package io.opensergo.spring.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.governance.routing.LaneSettings;
import io.opensergo.governance.routing.Lanes;
import io.opensergo.governance.routing.TrafficColour;
import io.opensergo.governance.routing.WorkloadIdentity;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;

class OutgoingColourTest {

    private static final String KEY = "x-opensergo-traffic";

    private final HttpHeaders incoming = new HttpHeaders();

    @Test
    void aRequestWithoutAColourGoesOnAsItCame() {
        assertThat(new OutgoingColour(Lanes.none(), incoming).of(null)).isEmpty();
    }

    @Test
    void aColourIsWrittenToItsHeaderAndTheBaggage() {
        incoming.add("baggage", "user=7");

        assertThat(new OutgoingColour(Lanes.none(), incoming).of(new TrafficColour(KEY, "beta")))
                .containsEntry(KEY, "beta")
                .hasEntrySatisfying(
                        "baggage",
                        value -> assertThat(value).contains(KEY + "=beta").contains("user=7"));
    }

    @Test
    void aColourFromOutsideThatIsNotAcceptedIsTakenAway() {
        incoming.add("X-OpenSergo-Traffic", "forged");
        incoming.add("baggage", "user=7," + KEY + "=forged");
        Lanes lanes =
                Lanes.compile(List.of(), WorkloadIdentity.unknown(), new LaneSettings(false, true));

        assertThat(new OutgoingColour(lanes, incoming).of(null))
                .containsEntry(KEY, "")
                .containsEntry("baggage", "user=7");
        assertThat(new OutgoingColour(lanes, incoming).of(new TrafficColour(KEY, "beta")))
                .containsEntry(KEY, "beta")
                .hasEntrySatisfying(
                        "baggage",
                        value -> assertThat(value).contains("user=7").doesNotContain("forged"));
    }
}
