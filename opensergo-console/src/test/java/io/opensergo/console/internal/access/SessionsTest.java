package io.opensergo.console.internal.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.console.internal.access.Sessions.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How long sessions last and how many there are. */
class SessionsTest {

    private static final Session OPS = new Session("ops", "secret");

    private final AtomicLong nanos = new AtomicLong();
    private final Sessions sessions =
            new Sessions(Duration.ofHours(12), Duration.ofHours(2), nanos::get);

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void lastsTwelveHoursIfItIsUsed() {
        String id = sessions.begin(OPS);
        for (int i = 0; i < 11; i++) {
            pass(Duration.ofHours(1));
            assertThat(sessions.find(id)).isEqualTo(OPS);
        }
        pass(Duration.ofMinutes(61));

        assertThat(sessions.find(id)).isNull();
        assertThat(sessions.count()).isZero();
    }

    @Test
    void endsSoonerIfItIsNotUsed() {
        String id = sessions.begin(OPS);
        pass(Duration.ofMinutes(121));

        assertThat(sessions.find(id)).isNull();
    }

    @Test
    void endsWhenItIsToldTo() {
        String id = sessions.begin(OPS);
        String other = sessions.begin(OPS);
        sessions.end(id);

        assertThat(sessions.find(id)).isNull();
        assertThat(sessions.find(other)).isEqualTo(OPS);
    }

    @Test
    void idsCannotBeGuessedAndTheTokenIsNotShown() {
        String id = sessions.begin(OPS);

        assertThat(id).matches("[A-Za-z0-9_-]{43}").isNotEqualTo(sessions.begin(OPS));
        assertThat(sessions.find(id)).asString().doesNotContain("secret");
        assertThat(sessions.find("")).isNull();
    }

    @Test
    void theOldestOfAClientGoesForItsTwentyFirst() {
        List<String> ids = new ArrayList<>();
        String ofAnother = sessions.begin(new Session("shop", "other"));
        for (int i = 0; i < 21; i++) {
            ids.add(sessions.begin(OPS));
        }

        assertThat(sessions.find(ids.get(0))).isNull();
        assertThat(sessions.find(ids.get(1))).isEqualTo(OPS);
        assertThat(sessions.find(ofAnother)).isNotNull();
        assertThat(sessions.count()).isEqualTo(21);
    }

    @Test
    void thereAreAThousandAtMost() {
        String first = sessions.begin(OPS);
        for (int i = 0; i < 1000; i++) {
            sessions.begin(new Session("client-" + i, "token"));
        }

        assertThat(sessions.count()).isEqualTo(1000);
        assertThat(sessions.find(first)).isNull();
    }
}
