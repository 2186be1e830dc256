package io.opensergo.spring.conformance;

import io.opensergo.conformance.Feature;
import io.opensergo.governance.Governor;
import io.opensergo.spring.MvcGovernance;
import io.opensergo.spring.conformance.Signals.Arrived;
import io.opensergo.spring.conformance.Signals.Refused;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.servlet.AsyncHandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** MVC on Tomcat. */
class MvcConformanceTest extends HttpConformance {

    @Override
    ConformingServer start(Signals signals) {
        return new Server(signals);
    }

    private static final class Server implements ConformingServer {

        private final Signals signals;
        private final ConfigurableApplicationContext context;

        Server(Signals signals) {
            this.signals = signals;
            this.context = run("servlet", NO_GATEWAY, Application.class);
            context.getBean(Application.Held.class).signals = signals;
        }

        @Override
        public String url() {
            return HttpConformance.url(context);
        }

        @Override
        public void govern(Governor governor) {
            var governance =
                    new MvcGovernance(
                            governor,
                            pattern -> false,
                            (request, rejection) -> {
                                signals.tell(new Refused(rejection));
                                return ResponseEntity.status(429).build();
                            });
            var interceptors = new Interceptors();
            governance.addInterceptors(interceptors);
            Switch current = context.getBean(Switch.class);
            current.signals = signals;
            current.interceptor = interceptors.only();
        }

        /** A servlet hears that a caller has left when it writes, and not when that happens. */
        @Override
        public Set<Feature> features() {
            Set<Feature> features = EnumSet.copyOf(OVER_A_SOCKET);
            features.remove(Feature.CANCELLATION);
            return features;
        }

        /** It waits for whole milliseconds, and one more. */
        @Override
        public Duration lateness() {
            return Duration.ofMillis(1);
        }

        @Override
        public void close() {
            context.close();
        }
    }

    private static final class Interceptors extends InterceptorRegistry {

        AsyncHandlerInterceptor only() {
            return (AsyncHandlerInterceptor) getInterceptors().get(0);
        }
    }

    /** Leads to the interceptor of a case. */
    static final class Switch implements AsyncHandlerInterceptor, WebMvcConfigurer {

        private volatile @Nullable AsyncHandlerInterceptor interceptor;
        private volatile @Nullable Signals signals;

        @Override
        public void addInterceptors(InterceptorRegistry registry) {
            registry.addInterceptor(this);
        }

        @Override
        public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object o)
                throws Exception {
            return interceptor.preHandle(request, response, o);
        }

        @Override
        public void afterConcurrentHandlingStarted(
                HttpServletRequest request, HttpServletResponse response, Object handler)
                throws Exception {
            interceptor.afterConcurrentHandlingStarted(request, response, handler);
        }

        @Override
        public void afterCompletion(
                HttpServletRequest request,
                HttpServletResponse response,
                Object handler,
                @Nullable Exception error)
                throws Exception {
            interceptor.afterCompletion(request, response, handler, error);
            signals.tellEnd();
        }
    }

    /** Holds each request until its case ends it. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        TomcatServletWebServerFactory server() {
            return new TomcatServletWebServerFactory();
        }

        @Bean
        Switch interceptors() {
            return new Switch();
        }

        @RestController
        static class Held {

            private volatile @Nullable Signals signals;

            @RequestMapping({"/orders", "/orders/", "/order", "/Orders", "/other", "/anything"})
            DeferredResult<ResponseEntity<Void>> hold() {
                var result = new DeferredResult<ResponseEntity<Void>>(0L);
                signals.tell(
                        new Arrived(
                                status -> result.setResult(ResponseEntity.status(status).build())));
                return result;
            }
        }
    }
}
