package io.opensergo.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PeerTextTest {

    @Test
    void isOneLineWithoutControlCharacters() {
        assertThat(PeerText.shown(" a\r\n\t b\u001B[31m\u0000c\u202Ed\u2028e\uD800f\n", 100))
                .isEqualTo("a b [31m c d e f");
    }

    @Test
    void isCutWhenItIsLong() {
        assertThat(PeerText.shown("x".repeat(10_000), 5)).isEqualTo("xxxxx…");
        assertThat(PeerText.shown("xxxxx", 5)).isEqualTo("xxxxx");
    }

    @Test
    void keepsOtherScripts() {
        assertThat(PeerText.shown("限流 größe 🚦", 100)).isEqualTo("限流 größe 🚦");
    }
}
