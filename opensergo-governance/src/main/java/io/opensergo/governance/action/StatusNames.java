package io.opensergo.governance.action;

import java.util.List;
import java.util.Locale;

/** Statuses of gRPC and errors of HTTP/2, by their names and codes. */
final class StatusNames {

    static final int UNKNOWN = 2;
    static final int UNAVAILABLE = 14;

    /** In the order of their codes. */
    private static final List<String> GRPC =
            List.of(
                    "OK",
                    "CANCELLED",
                    "UNKNOWN",
                    "INVALID_ARGUMENT",
                    "DEADLINE_EXCEEDED",
                    "NOT_FOUND",
                    "ALREADY_EXISTS",
                    "PERMISSION_DENIED",
                    "RESOURCE_EXHAUSTED",
                    "FAILED_PRECONDITION",
                    "ABORTED",
                    "OUT_OF_RANGE",
                    "UNIMPLEMENTED",
                    "INTERNAL",
                    "UNAVAILABLE",
                    "DATA_LOSS",
                    "UNAUTHENTICATED");

    /** As the mapping of google.rpc.Code says, in the order of the codes. */
    private static final List<Integer> HTTP_OF_GRPC =
            List.of(
                    200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500,
                    401);

    /** In the order of their codes. */
    private static final List<String> HTTP2 =
            List.of(
                    "NO_ERROR",
                    "PROTOCOL_ERROR",
                    "INTERNAL_ERROR",
                    "FLOW_CONTROL_ERROR",
                    "SETTINGS_TIMEOUT",
                    "STREAM_CLOSED",
                    "FRAME_SIZE_ERROR",
                    "REFUSED_STREAM",
                    "CANCEL",
                    "COMPRESSION_ERROR",
                    "CONNECT_ERROR",
                    "ENHANCE_YOUR_CALM",
                    "INADEQUATE_SECURITY",
                    "HTTP_1_1_REQUIRED");

    private StatusNames() {}

    /** Returns the code of a gRPC status by its name or code, or -1. */
    static int grpc(String name) {
        return code(name, GRPC);
    }

    static String grpcName(int code) {
        return code >= 0 && code < GRPC.size() ? GRPC.get(code) : String.valueOf(code);
    }

    /** Returns the code of an HTTP/2 error by its name or code, or -1. */
    static int http2(String name) {
        return code(name, HTTP2);
    }

    private static int code(String name, List<String> names) {
        String plain = name.strip().toUpperCase(Locale.ROOT).replace('-', '_').replace(' ', '_');
        int index = names.indexOf(plain);
        if (index >= 0 || !plain.matches("[0-9]{1,2}")) {
            return index;
        }
        int code = Integer.parseInt(plain);
        return code < names.size() ? code : -1;
    }

    static int httpOfGrpc(int code) {
        return HTTP_OF_GRPC.get(code);
    }

    /** As clients of gRPC do with a response that is none of gRPC. */
    static int grpcOfHttp(int status) {
        return switch (status) {
            case 400 -> 13;
            case 401 -> 16;
            case 403 -> 7;
            case 404 -> 12;
            case 429, 502, 503, 504 -> UNAVAILABLE;
            default -> UNKNOWN;
        };
    }
}
