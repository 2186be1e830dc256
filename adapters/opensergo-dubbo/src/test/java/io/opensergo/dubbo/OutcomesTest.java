package io.opensergo.dubbo;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.opensergo.governance.Outcome;
import io.opensergo.governance.RequestRejectedException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.dubbo.remoting.Channel;
import org.apache.dubbo.remoting.RemotingException;
import org.apache.dubbo.remoting.TimeoutException;
import org.apache.dubbo.rpc.AppResponse;
import org.apache.dubbo.rpc.RpcException;
import org.apache.dubbo.rpc.TriRpcStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class OutcomesTest {

    private final Outcomes outcomes = new Outcomes(true);

    static Stream<Arguments> failures() {
        Throwable triple = TriRpcStatus.DEADLINE_EXCEEDED.asException();
        return Stream.of(
                Arguments.of(new RpcException(RpcException.TIMEOUT_EXCEPTION), "TIMEOUT_EXCEPTION"),
                Arguments.of(new RpcException("no code"), "UNKNOWN_EXCEPTION"),
                Arguments.of(
                        new RpcException("no code", new IllegalStateException()),
                        "UNKNOWN_EXCEPTION"),
                Arguments.of(triple, "TIMEOUT_EXCEPTION"),
                Arguments.of(new CompletionException(triple), "TIMEOUT_EXCEPTION"),
                // As Dubbo rethrows it, and as its cluster does with that.
                Arguments.of(new RpcException(new ExecutionException(triple)), "TIMEOUT_EXCEPTION"),
                Arguments.of(
                        new RpcException(
                                RpcException.NETWORK_EXCEPTION,
                                "a code",
                                new ExecutionException(triple)),
                        "NETWORK_EXCEPTION"),
                Arguments.of(new TimeoutException(true, null, "late"), "TIMEOUT_EXCEPTION"),
                Arguments.of(new RemotingException((Channel) null, "gone"), "NETWORK_EXCEPTION"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void namesTheStatusOfAFailureHoweverItIsWrapped(Throwable error, String status) {
        assertThat(outcomes.of(error).errorType()).isEqualTo(status);
        assertThat(outcomes.of(new AppResponse(error), null).errorType()).isEqualTo(status);
    }

    @Test
    void aCallThatWasGivenUpIsNoFailure() {
        assertThat(outcomes.of(new CancellationException())).isSameAs(Outcome.CANCELLED);
        assertThat(outcomes.of(new CompletionException(new CancellationException())))
                .isSameAs(Outcome.CANCELLED);
        // As Dubbo tells a caller who was interrupted while he waited.
        assertThat(outcomes.of(new RpcException("interrupted", new InterruptedException())))
                .isSameAs(Outcome.CANCELLED);
    }

    @Test
    void theRefusalOfAnInnerGuardIsNoFailureHoweverItIsWrapped() {
        Governor governor = Governor.of(Rules.limit("greetings", "Greeter", 0));
        Guard guard = governor.guard("Greeter");
        var refusal = new RequestRejectedException(guard.rejection(guard.acquire()));

        assertThat(outcomes.of(refusal)).isSameAs(Outcome.CANCELLED);
        assertThat(outcomes.of(new RpcException(refusal))).isSameAs(Outcome.CANCELLED);
        assertThat(outcomes.of(new IllegalStateException("no order", new RpcException(refusal))))
                .isSameAs(Outcome.CANCELLED);
    }

    @Test
    void whatAServiceThrowsIsAFailureUnlessItIsSetOtherwise() {
        var business = new IllegalArgumentException("no such user");

        assertThat(outcomes.of(business).isFailure()).isTrue();
        assertThat(new Outcomes(false).of(business)).isSameAs(Outcome.SUCCESS);
        assertThat(new Outcomes(false).of(TriRpcStatus.DEADLINE_EXCEEDED.asException()).isFailure())
                .isTrue();
    }
}
