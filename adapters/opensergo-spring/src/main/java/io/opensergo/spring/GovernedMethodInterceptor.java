package io.opensergo.spring;

import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.opensergo.governance.RequestRejectedException;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.annotation.AnnotatedElementUtils;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Guards the calls of methods that are {@link Governed}. */
final class GovernedMethodInterceptor implements MethodInterceptor {

    private final Supplier<Governor> governor;
    private final Map<Method, GovernedMethod> methods = new ConcurrentHashMap<>();

    GovernedMethodInterceptor(Supplier<Governor> governor) {
        this.governor = governor;
    }

    @Override
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        Object target = invocation.getThis();
        Method method =
                target == null
                        ? invocation.getMethod()
                        : AopUtils.getMostSpecificMethod(invocation.getMethod(), target.getClass());
        return methods.computeIfAbsent(method, this::governed).call(invocation);
    }

    private GovernedMethod governed(Method method) {
        Governed governed = AnnotatedElementUtils.findMergedAnnotation(method, Governed.class);
        if (governed == null) {
            throw new IllegalStateException(method + " is not @Governed");
        }
        Fallback fallback =
                governed.fallback().isEmpty() ? null : Fallback.of(method, governed.fallback());
        return new GovernedMethod(governor.get().guard(governed.value()), method, fallback);
    }

    private record GovernedMethod(Guard guard, Method method, @Nullable Fallback fallback) {

        @Nullable Object call(MethodInvocation invocation) throws Throwable {
            Class<?> type = method.getReturnType();
            if (Mono.class.isAssignableFrom(type)) {
                return mono(invocation);
            }
            if (Flux.class.isAssignableFrom(type)) {
                return flux(invocation);
            }
            if (CompletionStage.class.isAssignableFrom(type)) {
                return stage(invocation);
            }
            return blocking(invocation);
        }

        private @Nullable Object blocking(MethodInvocation invocation) throws Throwable {
            try {
                return guard.call(() -> proceed(invocation));
            } catch (RequestRejectedException e) {
                return answer(invocation, e);
            } catch (Thrown e) {
                throw e.getCause();
            }
        }

        private @Nullable Object answer(MethodInvocation invocation, RequestRejectedException e)
                throws Throwable {
            if (fallback == null || !isOurs(e)) {
                throw e;
            }
            return fallback.call(invocation, e);
        }

        private Mono<?> mono(MethodInvocation invocation) throws Throwable {
            Mono<?> source = (Mono<?>) invocation.proceed();
            return guarded(source, invocation);
        }

        @SuppressWarnings("unchecked") // the types of results have been compared
        private <T> Mono<T> guarded(@Nullable Mono<T> source, MethodInvocation invocation) {
            return guard.protect(nonNull(source))
                    .onErrorResume(
                            RequestRejectedException.class,
                            refusal -> Mono.defer(() -> (Mono<T>) answered(invocation, refusal)));
        }

        private Flux<?> flux(MethodInvocation invocation) throws Throwable {
            Flux<?> source = (Flux<?>) invocation.proceed();
            return guarded(source, invocation);
        }

        @SuppressWarnings("unchecked") // the types of results have been compared
        private <T> Flux<T> guarded(@Nullable Flux<T> source, MethodInvocation invocation) {
            return guard.protect(nonNull(source))
                    .onErrorResume(
                            RequestRejectedException.class,
                            refusal -> Flux.defer(() -> (Flux<T>) answered(invocation, refusal)));
        }

        private Object answered(MethodInvocation invocation, RequestRejectedException refusal) {
            try {
                return nonNull(answer(invocation, refusal));
            } catch (Throwable e) {
                throw Thrown.unchecked(e);
            }
        }

        /** The method may run later on another thread, when this invocation is over. */
        @SuppressWarnings("unchecked") // the method's own type
        private CompletionStage<Object> stage(MethodInvocation invocation) {
            MethodInvocation kept =
                    invocation instanceof ProxyMethodInvocation proxied
                            ? proxied.invocableClone()
                            : invocation;
            CompletionStage<Object> called =
                    guard.callStage(() -> (CompletionStage<Object>) nonNull(proceed(kept)));
            CompletableFuture<Object> result =
                    called.toCompletableFuture()
                            .handle((value, error) -> answered(kept, value, error))
                            .thenCompose(Function.identity())
                            .toCompletableFuture();
            CompletionStage<Object> unused =
                    result.exceptionally(
                            error -> {
                                if (result.isCancelled()) {
                                    called.toCompletableFuture().cancel(false);
                                }
                                return null;
                            });
            return result;
        }

        @SuppressWarnings("unchecked") // the types of results have been compared
        private CompletionStage<Object> answered(
                MethodInvocation invocation, Object value, @Nullable Throwable error) {
            if (error == null) {
                return CompletableFuture.completedFuture(value);
            }
            Throwable cause = cause(error);
            if (!(cause instanceof RequestRejectedException refusal)) {
                return CompletableFuture.failedFuture(cause);
            }
            try {
                return (CompletionStage<Object>) nonNull(answer(invocation, refusal));
            } catch (Throwable e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        private static Throwable cause(Throwable error) {
            Throwable cause = error.getCause();
            boolean isWrapped = error instanceof CompletionException || error instanceof Thrown;
            return isWrapped && cause != null ? cause(cause) : error;
        }

        /** A refusal by another guard, further down, is an exception of the method. */
        private boolean isOurs(RequestRejectedException refusal) {
            return refusal.rejection().resource().equals(guard.resource());
        }

        private <R> R nonNull(@Nullable R result) {
            if (result == null) {
                throw new IllegalStateException(method + " returned null");
            }
            return result;
        }

        private static @Nullable Object proceed(MethodInvocation invocation) throws Thrown {
            try {
                return invocation.proceed();
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new Thrown(e);
            }
        }
    }

    /** Carries a checked exception through what declares none. */
    private static final class Thrown extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Thrown(Throwable cause) {
            super(cause.toString(), cause, false, false);
        }

        @Override
        public synchronized Throwable getCause() {
            return java.util.Objects.requireNonNull(super.getCause());
        }

        static RuntimeException unchecked(Throwable error) {
            if (error instanceof Error fatal) {
                throw fatal;
            }
            return error instanceof RuntimeException runtime ? runtime : new Thrown(error);
        }
    }
}
