package io.opensergo.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SubscriptionMemoryTest {

    private final SubscriptionMemory memory = new SubscriptionMemory(100, 60);

    @Test
    void clientHasALimitOfItsOwn() {
        assertThat(memory.acquire("a", 60)).isTrue();
        assertThat(memory.acquire("a", 1)).isFalse();
        assertThat(memory.acquire("b", 40)).isTrue();
    }

    @Test
    void allHaveALimitTogether() {
        memory.acquire("a", 60);

        assertThat(memory.acquire("b", 41)).isFalse();
        assertThat(memory.acquire("b", 40)).isTrue();
        assertThat(memory.acquire("c", 1)).isFalse();
    }

    @Test
    void whatIsGivenBackMayBeTakenAgain() {
        memory.acquire("a", 60);
        memory.acquire("b", 40);

        memory.release("a", 60);

        assertThat(memory.acquire("c", 60)).isTrue();
    }
}
