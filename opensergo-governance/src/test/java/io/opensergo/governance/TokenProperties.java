package io.opensergo.governance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class TokenProperties {

    private static final long UNIT = 64;

    /** Every flag of an admitted request. */
    private static final List<Long> FLAGS =
            List.of(
                    Token.IN_FLIGHT,
                    Token.RECORDED,
                    Token.PROBE,
                    Token.TIMED,
                    Token.RESUMED,
                    Token.LOAD);

    @Property(tries = 1500, seed = "1651")
    void anAdmittedRequestKeepsItsFlagsGenerationAndStart(
            @ForAll @IntRange(min = 0, max = 63) int chosen,
            @ForAll int generation,
            @ForAll("instants") long start,
            @ForAll("durations") long duration) {
        long flags = 0;
        for (int i = 0; i < FLAGS.size(); i++) {
            flags |= (chosen >> i & 1) == 1 ? FLAGS.get(i) : 0;
        }

        long token = flags | Token.generation(generation) | Token.start(start);

        assertThat(token).isNotNegative();
        for (int i = 0; i < FLAGS.size(); i++) {
            assertThat(Token.has(token, FLAGS.get(i))).isEqualTo((chosen >> i & 1) == 1);
        }
        assertThat(Token.isOfGeneration(token, generation)).isTrue();
        assertThat(Token.isOfGeneration(token, generation + 1)).isFalse();
        assertThat(Token.isOfGeneration(token, generation - 1)).isFalse();
        assertThat(Token.sinceStart(token, start + duration))
                .isBetween(duration - UNIT + 1, duration + UNIT - 1);
    }

    @Property(tries = 1000, seed = "1652")
    void aWaitingRequestKeepsWhoMadeItWaitAndItsPlaceExactly(
            @ForAll int serial,
            @ForAll("instants") long now,
            @ForAll("waits") long wait,
            @ForAll @IntRange(min = 0, max = 9) int pacer,
            @ForAll @LongRange(max = Token.SHARES) long share) {
        long place = (now + wait) & -UNIT;

        long token = Token.waiting(serial, place, pacer, share);

        assertThat(Guard.isRefused(token)).isFalse();
        assertThat(Guard.isWaiting(token)).isTrue();
        assertThat(Token.isWaitingOf(token, serial)).isTrue();
        assertThat(Token.isWaitingOf(token, serial + 1)).isFalse();
        assertThat(Token.isWaitingOf(token, serial - 1)).isFalse();
        assertThat(Token.place(token, now)).isEqualTo(place);
        assertThat(Token.place(token, place + 3 * 3_600_000_000_000L)).isEqualTo(place);
        assertThat(Token.pacer(token)).isEqualTo(Math.min(pacer, Token.NO_PACER));
        assertThat(Token.share(token)).isEqualTo(share);
    }

    @Example
    void callsOfAYearAndWaitsOfHoursCanBeTold() {
        assertThat(Duration.ofNanos(Token.LONGEST_CALL)).isGreaterThan(Duration.ofDays(390));
        assertThat(Duration.ofNanos(Token.LONGEST_WAIT)).isGreaterThan(Duration.ofHours(16));
    }

    @Property(tries = 1000, seed = "1654")
    void aDurationInWholeMillisecondsIsExact(
            @ForAll("instants") long start, @ForAll @LongRange(max = 33_696_000_000L) long millis) {
        assertThat(Token.sinceStart(Token.start(start), start + millis * 1_000_000))
                .isEqualTo(millis * 1_000_000);
    }

    @Property(tries = 1000, seed = "1653")
    void aRefusedRequestKeepsWhoRefusedItAndWhenToRetry(
            @ForAll int serial,
            @ForAll @IntRange(min = 0, max = Token.MAX_CHECKS - 1) int check,
            @ForAll("retries") long retryAfter) {
        long token = Token.refused(serial, check, retryAfter);

        assertThat(Guard.isRefused(token)).isTrue();
        assertThat(Token.isOfSerial(token, serial)).isTrue();
        assertThat(Token.isOfSerial(token, serial + 1)).isFalse();
        assertThat(Token.isOfSerial(token, serial - 1)).isFalse();
        assertThat(Token.check(token)).isEqualTo(check);
        long longest = (1L << 40) - 2;
        long micros = retryAfter / 1000 + (retryAfter % 1000 == 0 ? 0 : 1);
        assertThat(Token.retryAfterMicros(token))
                .isEqualTo(retryAfter == Long.MAX_VALUE ? -1 : Math.min(micros, longest));
    }

    @Provide
    Arbitrary<Long> instants() {
        return Arbitraries.longs();
    }

    /** Up to 390 days. */
    @Provide
    Arbitrary<Long> durations() {
        return Arbitraries.longs().between(0, Token.LONGEST_CALL);
    }

    /** Up to 16 hours. */
    @Provide
    Arbitrary<Long> waits() {
        return Arbitraries.longs().between(0, Token.LONGEST_WAIT);
    }

    @Provide
    Arbitrary<Long> retries() {
        return Arbitraries.longs().between(1, Long.MAX_VALUE);
    }
}
