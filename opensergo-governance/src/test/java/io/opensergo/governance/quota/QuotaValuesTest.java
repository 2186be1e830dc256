package io.opensergo.governance.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class QuotaValuesTest {

    @Test
    void keyHasNoEmptyPart() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new QuotaKey("shop", "checkout", "", "s"))
                .withMessage("resource of a quota key must not be empty");
        assertThat(new QuotaKey("shop", "checkout", "GET:/foo", "per-second"))
                .hasToString("per-second of GET:/foo in shop/checkout");
    }

    @Test
    void limitIsInRange() {
        var second = Duration.ofSeconds(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new QuotaLimit(-1, second))
                .withMessage("threshold must be >= 0, was -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new QuotaLimit(1, Duration.ZERO))
                .withMessageStartingWith("window must be positive");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new QuotaLimit(1, Duration.ofDays(100_000)))
                .withMessageStartingWith("window must be positive and at most");
    }

    @Test
    void grantIsInRange() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new QuotaGrant(-1, Duration.ofSeconds(1)));
        assertThatIllegalArgumentException().isThrownBy(() -> new QuotaGrant(0, Duration.ZERO));
    }
}
