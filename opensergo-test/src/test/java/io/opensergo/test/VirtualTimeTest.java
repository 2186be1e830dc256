package io.opensergo.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.governance.Guard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Reactor's virtual time and that of the governor are one. */
@OpenSergoTest(app = "shop")
@Rules("rules/shop.yaml")
@VirtualTime
class VirtualTimeTest {

    private final List<String> said = new ArrayList<>();

    @Test
    void clockMovesTheOperatorsOfReactor(TestGovernor test) {
        Guard mails = test.guard("mails");
        Mono<Long> mail = Mono.delay(Duration.ofMillis(50)).doOnNext(i -> said.add("sent"));
        mails.protect(mail).subscribe();
        mails.protect(mail).subscribe();

        test.clock().advance(Duration.ofMillis(249));
        assertThat(said).hasSize(1);
        test.clock().advance(Duration.ofMillis(1));
        assertThat(said).hasSize(2);
    }

    @Test
    void stepVerifierMovesTheClock(TestGovernor test) {
        Guard mails = test.guard("mails");
        mails.protect(Mono.empty()).subscribe();

        StepVerifier.withVirtualTime(
                        () -> mails.protect(Mono.fromSupplier(() -> test.clock().elapsed())))
                .expectSubscription()
                .expectNoEvent(Duration.ofMillis(200))
                .expectNext(Duration.ofMillis(200))
                .verifyComplete();
    }

    @Test
    void throttledCallMovesItToo(TestGovernor test) throws Exception {
        Guard mails = test.guard("mails");

        mails.run(() -> {});
        mails.run(() -> {});

        assertThat(test.clock().elapsed()).isEqualTo(Duration.ofMillis(200));
    }

    @Test
    void waitWithinWhatIsDoneByTheTimeMovesItFurther(TestGovernor test) {
        Guard mails = test.guard("mails");
        test.clock()
                .scheduler()
                .schedule(
                        () -> {
                            mails.awaitUninterruptibly(mails.acquire());
                            mails.awaitUninterruptibly(mails.acquire());
                            said.add("at " + test.clock().elapsed().toMillis());
                        },
                        1,
                        TimeUnit.MILLISECONDS);

        test.clock().advance(Duration.ofMillis(1));

        assertThat(said).containsExactly("at 201");
    }

    @Test
    void timeDoesNotGoBackEither(TestClock clock) {
        assertThatThrownBy(() -> clock.advance(Duration.ofMillis(-1)))
                .hasMessageContaining("time cannot go back");
    }
}
