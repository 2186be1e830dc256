package io.opensergo.api;

/**
 * Signals that the control plane does not take what an application says of itself; its rules are
 * not affected.
 */
public final class ReportRefusedException extends OpenSergoException {

    private static final long serialVersionUID = 1L;

    private final String app;

    /**
     * Reports a refusal.
     *
     * @param app the application that was reported
     * @param reason why, as the control plane said
     */
    public ReportRefusedException(String app, String reason) {
        super(
                "the control plane does not take the service metadata of '" + app + "': " + reason,
                null);
        this.app = app;
    }

    /** Returns the application that was reported. */
    public String app() {
        return app;
    }
}
