package io.opensergo.spring;

import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.opensergo.governance.Permit;
import io.opensergo.governance.Rejection;
import io.opensergo.governance.routing.TrafficColour;
import io.opensergo.spring.internal.InnerGuard;
import io.opensergo.spring.internal.ObservedDecision;
import io.opensergo.spring.internal.ServerGuards;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.ServletServerHttpRequest;
import org.springframework.web.cors.CorsUtils;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.AsyncHandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;

/**
 * Asks the guard before a handler runs. A request has one {@link MvcRequest}, made by its REQUEST
 * dispatch, through all of its dispatches; forwards, includes and error pages belong to it.
 */
final class MvcInterceptor implements AsyncHandlerInterceptor {

    private static final String REQUEST = MvcInterceptor.class.getName() + ".request";
    private static final String COLOUR = MvcInterceptor.class.getName() + ".colour";

    private final Governor governor;
    private final ServerGuards guards;
    private final RejectionResponder responder;

    MvcInterceptor(Governor governor, ServerGuards guards, RejectionResponder responder) {
        this.governor = governor;
        this.guards = guards;
        this.responder = responder;
    }

    @Override
    public boolean preHandle(
            HttpServletRequest request, HttpServletResponse response, Object handler)
            throws IOException, InterruptedException {
        DispatcherType dispatch = request.getDispatcherType();
        if (dispatch == DispatcherType.ASYNC) {
            return goesOn(request, response, handler);
        }
        if (dispatch != DispatcherType.REQUEST || request.getAttribute(REQUEST) != null) {
            return true;
        }
        String pattern = pattern(request, handler);
        if (pattern != null && guards.isExcluded(pattern)) {
            return true;
        }
        MvcRoute route = MvcRoute.at(request);
        if (route != null) {
            route.meet();
        }
        if (pattern == null) {
            return passesOn(request, response);
        }
        colour(route == null ? new ServletView(request) : route.original(), request);
        Guard guard = guards.guard(request.getMethod(), pattern);
        return guard.isProtected() ? admits(guard, request, response) : passesOn(request, response);
    }

    private boolean goesOn(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws IOException, InterruptedException {
        TrafficColours.set((TrafficColour) request.getAttribute(COLOUR));
        MvcRequest known = (MvcRequest) request.getAttribute(REQUEST);
        if (known != null && known.isWaiting()) {
            return goesOn(known, request, response);
        }
        MvcRoute route = MvcRoute.at(request);
        if (route == null) {
            return true;
        }
        ResponseStatusException late = route.timedOut();
        if (late != null) {
            if (!response.isCommitted()) {
                response.sendError(late.getStatusCode().value());
            }
            afterCompletion(request, response, handler, late);
            return false;
        }
        return !route.goesOn(request) || handles(route, request, response);
    }

    /** Returns {@code null} for what the application does not map, which ends at {@code /**}. */
    private static @Nullable String pattern(HttpServletRequest request, Object handler) {
        Object best = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
        if (best == null || CorsUtils.isPreFlightRequest(request)) {
            return null;
        }
        String pattern = best.toString();
        return pattern.equals("/**") && !(handler instanceof HandlerMethod) ? null : pattern;
    }

    private void colour(ServletView view, HttpServletRequest request) {
        TrafficColour colour = governor.lanes().receive(view);
        if (colour != null) {
            request.setAttribute(COLOUR, colour);
        }
        TrafficColours.set(colour);
    }

    private boolean admits(Guard guard, HttpServletRequest request, HttpServletResponse response)
            throws IOException, InterruptedException {
        Permit permit = guard.acquirePermit();
        ObservedDecision.tell(request, permit);
        if (permit.isRefused()) {
            refuse(request, response, permit.rejection());
            return false;
        }
        var admitted = new MvcRequest(permit, response);
        try {
            request.setAttribute(REQUEST, admitted);
            if (!admitted.isWaiting()) {
                admitted.follow(request);
                return passesOn(request, response);
            }
            if (request.isAsyncSupported()) {
                admitted.awaitTurn(request);
                return false;
            }
            admitted.awaitTurnOnThisThread();
        } catch (Throwable e) {
            TrafficColours.set(null);
            admitted.abandon();
            throw e;
        }
        return goesOn(admitted, request, response);
    }

    /** Goes on with a request whose turn has come, unless it is refused or over by now. */
    private boolean goesOn(
            MvcRequest waiting, HttpServletRequest request, HttpServletResponse response)
            throws IOException, InterruptedException {
        MvcTurn.forget(request);
        if (waiting.proceeds()) {
            waiting.follow(request);
            return passesOn(request, response);
        }
        if (waiting.isRefused()) {
            ObservedDecision.tell(request, waiting.permit());
            refuse(request, response, waiting.rejection());
        }
        return false;
    }

    /** Carries out the route of an admitted request; returns whether its handler is called now. */
    private static boolean passesOn(HttpServletRequest request, HttpServletResponse response)
            throws IOException, InterruptedException {
        MvcRoute route = MvcRoute.at(request);
        if (route == null) {
            return true;
        }
        try {
            return !route.holds(request, response) && handles(route, request, response);
        } catch (Throwable e) {
            TrafficColours.set(null);
            MvcRequest admitted = (MvcRequest) request.getAttribute(REQUEST);
            if (admitted != null) {
                admitted.abandon();
            }
            throw e;
        }
    }

    private static boolean handles(
            MvcRoute route, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        ResponseEntity<byte[]> answer = route.answer(request);
        if (answer == null) {
            return true;
        }
        TrafficColours.set(null);
        MvcRequest admitted = (MvcRequest) request.getAttribute(REQUEST);
        try {
            ServletAnswers.write(response, answer);
        } finally {
            if (admitted != null) {
                admitted.dispatchEnded(request, null);
            }
        }
        return false;
    }

    private void refuse(
            HttpServletRequest request, HttpServletResponse response, Rejection rejection)
            throws IOException {
        TrafficColours.set(null);
        ResponseEntity<byte[]> answer =
                responder.respond(new ServletServerHttpRequest(request), rejection);
        ServletAnswers.write(response, answer);
    }

    @Override
    public void afterConcurrentHandlingStarted(
            HttpServletRequest request, HttpServletResponse response, Object handler) {
        TrafficColours.set(null);
        MvcRoute route = MvcRoute.at(request);
        if (route != null) {
            route.limit(request);
        }
    }

    @Override
    public void afterCompletion(
            HttpServletRequest request,
            HttpServletResponse response,
            Object handler,
            @Nullable Exception error) {
        DispatcherType dispatch = request.getDispatcherType();
        if (dispatch != DispatcherType.REQUEST && dispatch != DispatcherType.ASYNC) {
            return;
        }
        TrafficColours.set(null);
        InnerGuard route = (InnerGuard) request.getAttribute(InnerGuard.ATTRIBUTE);
        if (route != null) {
            route.end(error);
        }
        MvcRequest admitted = (MvcRequest) request.getAttribute(REQUEST);
        if (admitted != null) {
            admitted.dispatchEnded(request, error);
        }
    }
}
