package io.opensergo.console.internal.http;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** A request whose body has been read. For one thread at a time. */
public final class Exchange {

    private final Request request;
    private final Query query;
    private byte[] body = new byte[0];
    private @Nullable Object caller;

    Exchange(Request request) {
        this.request = request;
        this.query = Query.parse(request.getHttpURI().getQuery());
    }

    void body(byte[] read) {
        body = read;
    }

    /** Returns the method. */
    public String method() {
        return request.getMethod();
    }

    /** Returns the path as the client wrote it. */
    public String path() {
        return pathOf(request);
    }

    static String pathOf(Request request) {
        HttpURI uri = request.getHttpURI();
        return uri.getPath() == null ? "" : uri.getPath();
    }

    /** Returns a parameter of the query; {@code null} if it is not there. */
    public @Nullable String query(String name) {
        return query.get(name);
    }

    /**
     * Returns a parameter of the query.
     *
     * @throws HttpProblem 400 if it is not there
     */
    public String requiredQuery(String name) {
        String value = query.get(name);
        if (value == null || value.isEmpty()) {
            throw HttpProblem.badRequest("the parameter '" + name + "' is missing");
        }
        return value;
    }

    /**
     * Returns a parameter of the query that is a number.
     *
     * @throws HttpProblem 400 if it is none or out of range
     */
    public int intQuery(String name, int otherwise, int least, int greatest) {
        String value = query.get(name);
        if (value == null) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= greatest) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw outOfRange(name, least, greatest);
        }
        throw outOfRange(name, least, greatest);
    }

    /**
     * Returns a parameter of the query that is {@code true} or {@code false}; false if it is not
     * there.
     *
     * @throws HttpProblem 400 if it is neither
     */
    public boolean booleanQuery(String name) {
        String value = query.get(name);
        if (value == null || value.equals("false")) {
            return false;
        }
        if (!value.equals("true")) {
            throw HttpProblem.badRequest("the parameter '" + name + "' must be true or false");
        }
        return true;
    }

    private static HttpProblem outOfRange(String name, int least, int greatest) {
        return HttpProblem.badRequest(
                "the parameter '" + name + "' must be from " + least + " to " + greatest);
    }

    /** Refuses parameters that are none of these, since one that is misspelt has no effect. */
    public void allowQuery(String... names) {
        query.allow(List.of(names));
    }

    /** Returns a header; {@code null} if it is not there. */
    public @Nullable String header(String name) {
        return request.getHeaders().get(name);
    }

    /** Returns every value of a header. */
    public List<String> headers(String name) {
        return request.getHeaders().getFields(name).stream().map(HttpField::getValue).toList();
    }

    /** Returns a cookie; {@code null} if it is not there, or several times. */
    public @Nullable String cookie(String name) {
        List<String> values =
                Request.getCookies(request).stream()
                        .filter(cookie -> cookie.getName().equals(name))
                        .map(cookie -> String.valueOf(cookie.getValue()))
                        .toList();
        return values.size() == 1 ? values.get(0) : null;
    }

    /** Returns the {@code Host} header, or what stands for it. */
    public String host() {
        String host = request.getHeaders().get(HttpHeader.HOST);
        return host == null ? "" : host;
    }

    /** Returns whether it came by TLS. */
    public boolean isSecure() {
        return request.isSecure();
    }

    /** Returns the address that it came from, without the port. */
    public String remoteHost() {
        return Request.getRemoteAddr(request);
    }

    /** Returns where it came from, as {@code host:port}. */
    public String remoteAddress() {
        String host = remoteHost();
        return (host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host)
                + ":"
                + Request.getRemotePort(request);
    }

    /** Returns the certificate that the client proved to own in the TLS handshake. */
    public Optional<X509Certificate> certificate() {
        return request.getAttribute(EndPoint.SslSessionData.ATTRIBUTE)
                                instanceof EndPoint.SslSessionData session
                        && session.peerCertificates() != null
                        && session.peerCertificates().length > 0
                ? Optional.of(session.peerCertificates()[0])
                : Optional.empty();
    }

    /** Reads the body as JSON. */
    public <T> T body(Class<T> type) {
        return Json.read(body, type);
    }

    /** Keeps who makes the request. */
    public void caller(Object who) {
        caller = who;
    }

    /** Returns what was kept. */
    public <T> T caller(Class<T> type) {
        return type.cast(Objects.requireNonNull(caller, "nobody was asked who calls"));
    }

    /** The parameters of a query, each of which may be there once. */
    private record Query(Map<String, String> parameters) {

        static Query parse(@Nullable String text) {
            return new Query(QueryText.parse(text));
        }

        @Nullable String get(String name) {
            return parameters.get(name);
        }

        void allow(List<String> names) {
            for (String name : parameters.keySet()) {
                if (!names.contains(name)) {
                    throw HttpProblem.badRequest(
                            "there is no parameter '" + name + "' here; expected " + names);
                }
            }
        }
    }
}
