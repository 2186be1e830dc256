package io.opensergo.governance.internal.limiter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FreePlacesTest {

    private final FreePlaces three = FreePlaces.NONE.with(20, 4, 0).with(10, 3, 0).with(30, 5, 0);

    @Test
    void keepsPlacesInTheirOrderWithTheirGaps() {
        assertThat(shown(three)).containsExactly("10+3", "20+4", "30+5");
        assertThat(three.endsWith(30)).isTrue();
        assertThat(three.endsWith(20)).isFalse();
        assertThat(FreePlaces.NONE.endsWith(0)).isFalse();
    }

    @Test
    void findsTheEarliestThatIsNotPastAndWideEnough() {
        assertThat(three.firstFrom(0, 1)).isZero();
        assertThat(three.firstFrom(10, 3)).isZero();
        assertThat(three.firstFrom(11, 1)).isEqualTo(1);
        assertThat(three.firstFrom(0, 5)).isEqualTo(2);
        assertThat(three.firstFrom(0, 6)).isEqualTo(-1);
        assertThat(three.firstFrom(31, 1)).isEqualTo(-1);
    }

    @Test
    void takesOneOut() {
        assertThat(shown(three.without(0, 0))).containsExactly("20+4", "30+5");
        assertThat(shown(three.without(1, 0))).containsExactly("10+3", "30+5");
        assertThat(shown(three.without(2, 0))).containsExactly("10+3", "20+4");
        assertThat(FreePlaces.NONE.with(10, 3, 0).without(0, 0)).isSameAs(FreePlaces.NONE);
    }

    @Test
    void dropsPastOnesOnceTheirGapsAreOver() {
        assertThat(shown(three.without(2, 12))).containsExactly("10+3", "20+4");
        assertThat(shown(three.without(2, 13))).containsExactly("20+4");
        assertThat(shown(three.with(40, 6, 12))).containsExactly("10+3", "20+4", "30+5", "40+6");
        assertThat(shown(three.with(40, 6, 13))).containsExactly("20+4", "30+5", "40+6");
        assertThat(shown(three.with(40, 6, 100))).containsExactly("40+6");
        assertThat(three.without(2, 100)).isSameAs(FreePlaces.NONE);
    }

    @Test
    void placesMayLieOnBothSidesOfTheOverflow() {
        long last = Long.MAX_VALUE;
        FreePlaces two = FreePlaces.NONE.with(last + 5, 2, last - 20).with(last - 5, 1, last - 20);

        assertThat(two.place(0)).isEqualTo(last - 5);
        assertThat(two.place(1)).isEqualTo(last + 5);
        assertThat(two.firstFrom(last, 1)).isEqualTo(1);
        assertThat(two.without(1, last).size()).isZero();
    }

    private static List<String> shown(FreePlaces places) {
        List<String> shown = new ArrayList<>();
        for (int i = 0; i < places.size(); i++) {
            shown.add(places.place(i) + "+" + places.gap(i));
        }
        return shown;
    }
}
