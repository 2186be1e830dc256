package io.opensergo.spring;

import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import io.opensergo.governance.Governor;
import io.opensergo.governance.RequestRejectedException;
import io.opensergo.rules.document.RuleReader;
import io.opensergo.spring.internal.ServerGuards;
import org.junit.jupiter.api.Test;
import org.springframework.http.ResponseEntity;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

class RefusedRequestAdviceTest {

    private static final String RULES =
            """
            apiVersion: fault-tolerance.opensergo.io/v1alpha1
            kind: RateLimitStrategy
            metadata: {name: none}
            spec:
              {metricType: RequestAmount, limitMode: Local, threshold: 0, statDurationSeconds: 1}
            ---
            apiVersion: fault-tolerance.opensergo.io/v1alpha1
            kind: FaultToleranceRule
            metadata: {name: rule}
            spec:
              targets: [{targetResourceName: 'GET:/orders/{id}'}]
              strategies: [{name: none, kind: RateLimitStrategy}]
            """;

    @RestController
    static class Orders {

        @GetMapping("/orders/{id}")
        String order(@PathVariable("id") String id) {
            return id;
        }
    }

    @ControllerAdvice
    static class Advice {

        @ExceptionHandler
        ResponseEntity<String> refused(RequestRejectedException refusal) {
            return ResponseEntity.status(503).body("come later: " + refusal.rejection().strategy());
        }
    }

    @Test
    void aResponderMayLeaveTheAnswerToAControllerAdvice() throws Exception {
        try (Governor governor = Governor.of(RuleReader.strict().read(RULES, "test").orThrow())) {
            RejectionResponder responder =
                    (request, rejection) -> {
                        throw new RequestRejectedException(rejection);
                    };
            MockMvc server =
                    MockMvcBuilders.standaloneSetup(new Orders())
                            .setControllerAdvice(new Advice())
                            .addInterceptors(
                                    new MvcInterceptor(
                                            governor,
                                            new ServerGuards(governor, pattern -> false),
                                            responder))
                            .build();

            server.perform(get("/orders/7"))
                    .andExpect(status().isServiceUnavailable())
                    .andExpect(content().string("come later: none"));
        }
    }
}
