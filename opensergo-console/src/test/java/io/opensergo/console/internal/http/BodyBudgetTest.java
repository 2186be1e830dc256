package io.opensergo.console.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The bytes of all bodies together. */
class BodyBudgetTest {

    @Test
    void whatIsGivenBackCanBeTakenAgainAndWhatIsRefusedTakesNothing() {
        var budget = new BodyBudget(100);

        assertThat(budget.take(60)).isTrue();
        assertThat(budget.take(60)).isFalse();
        assertThat(budget.held()).isEqualTo(60);
        assertThat(budget.take(40)).isTrue();
        budget.giveBack(60);
        assertThat(budget.take(60)).isTrue();
    }
}
