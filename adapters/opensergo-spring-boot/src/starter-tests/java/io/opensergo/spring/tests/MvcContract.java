package io.opensergo.spring.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.common.KeyValues;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.observation.DefaultServerRequestObservationConvention;
import org.springframework.http.server.observation.ServerRequestObservationContext;
import org.springframework.http.server.observation.ServerRequestObservationConvention;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/** What a server of MVC keeps besides: each way to end a request gives its place back once. */
public abstract class MvcContract extends ServerContract {

    /**
     * Far above what a slow machine needs: with time-outs of a few milliseconds Jetty 12 leaves
     * some requests without an answer, guarded or not.
     */
    private static final long TIMEOUT_MILLIS = 1_000;

    @Override
    boolean hearsOfCallersThatLeave() {
        return false;
    }

    @Override
    List<String> heldPaths() {
        return List.of("/held", "/callable-held");
    }

    @Test
    void everyKindOfResultGivesItsPlaceBack() {
        for (String path :
                new String[] {"/callable", "/deferred", "/streamed", "/raw", "/raw-dispatched"}) {
            endsOnce(path, 200);
        }
    }

    @Test
    void timeOutsGiveTheirPlacesBack() {
        endsOnce("/late", 503);
        endsOnce("/raw-late", 500);
    }

    @Test
    void observationsOfBlockingCallsTellWhatWasDecided() {
        limit("GET:localhost/echo/{id}", "observed-blocking", 1);

        assertThat(world.get("/by-rest-client").body()).endsWith("colour null");
        assertThat(world.get("/by-rest-client").body()).endsWith("RequestRejectedException");

        awaitTimer("http.client.requests", 1, "opensergo.strategy", "observed-blocking-limit");
    }

    @Test
    void aCallableThatThrowsOpensTheBreaker() {
        breaks("/failing-callable");
    }

    @Test
    void handledExceptionsCountByTheirStatus() {
        endsOnce("/missing", 404);
        assertThat(world.stats("GET:/missing").passed()).isEqualTo(2);
    }

    private void endsOnce(String path, int status) {
        String resource = "GET:" + path;
        atMost(resource, 1);
        for (int i = 0; i < 2; i++) {
            assertThat(world.get(path).statusCode()).as(path).isEqualTo(status);
            world.awaitInFlight(resource, 0);
        }
    }

    /** What only MVC serves. */
    @Configuration(proxyBeanMethods = false)
    static class Mvc {

        /** An application may have a convention of its own. */
        @Bean
        ServerRequestObservationConvention observations() {
            return new DefaultServerRequestObservationConvention() {

                @Override
                public KeyValues getLowCardinalityKeyValues(
                        ServerRequestObservationContext context) {
                    return super.getLowCardinalityKeyValues(context).and("team", "orders");
                }
            };
        }

        @Bean
        RouterFunction<ServerResponse> functional() {
            return RouterFunctions.route()
                    .GET(
                            "/functional/{id}",
                            request ->
                                    ServerResponse.ok()
                                            .body("functional " + request.pathVariable("id")))
                    .build();
        }

        @RestController
        static class Results {

            private final Application.Gate gate;

            Results(Application.Gate gate) {
                this.gate = gate;
            }

            @GetMapping("/callable")
            Callable<String> callable() {
                return () -> "called";
            }

            @GetMapping("/failing-callable")
            Callable<String> failingCallable() {
                return () -> {
                    throw new IllegalStateException("on purpose");
                };
            }

            @GetMapping("/callable-held")
            Callable<String> callableHeld() {
                return () -> gate.passed().thenReturn("called late").block();
            }

            @GetMapping("/deferred")
            DeferredResult<String> deferred() {
                var result = new DeferredResult<String>();
                new Thread(() -> result.setResult("deferred")).start();
                return result;
            }

            @GetMapping("/late")
            DeferredResult<String> late() {
                return new DeferredResult<>(TIMEOUT_MILLIS);
            }

            @GetMapping("/streamed")
            StreamingResponseBody streamed() {
                return out -> out.write("streamed".getBytes(StandardCharsets.UTF_8));
            }

            @GetMapping("/missing")
            String missing() {
                throw new ResponseStatusException(HttpStatus.NOT_FOUND);
            }

            @GetMapping("/raw")
            void raw(HttpServletRequest request, HttpServletResponse response) {
                AsyncContext context = request.startAsync();
                context.start(context::complete);
            }

            @GetMapping("/raw-late")
            void rawLate(HttpServletRequest request, HttpServletResponse response) {
                request.startAsync().setTimeout(TIMEOUT_MILLIS);
            }

            @GetMapping("/raw-dispatched")
            void rawDispatched(HttpServletRequest request, HttpServletResponse response) {
                if (request.getAttribute("started") == null) {
                    request.setAttribute("started", true);
                    request.startAsync().dispatch();
                }
            }
        }
    }
}
