package io.opensergo.sentinel;

import com.alibaba.csp.sentinel.slots.block.AbstractRule;
import com.alibaba.csp.sentinel.slots.block.BlockException;
import com.alibaba.csp.sentinel.slots.block.RuleConstant;
import io.opensergo.governance.Rejection;

/**
 * Signals that the slot of this module refused a request: to Sentinel a refusal like any other,
 * which its block handlers, fallbacks and statistics treat as such. It has no stack trace.
 */
public final class OpenSergoBlockException extends BlockException {

    private static final long serialVersionUID = 1L;

    private final transient Rejection rejection;

    OpenSergoBlockException(Rejection rejection) {
        super(RuleConstant.LIMIT_APP_DEFAULT, new Refusing(rejection));
        this.rejection = rejection;
    }

    /** Returns why the request was refused. */
    public Rejection rejection() {
        return rejection;
    }

    /** Returns the rejection in one sentence, written when it is asked for. */
    @Override
    public String getMessage() {
        return rejection.toString();
    }

    /** Refusals must stay cheap. */
    @Override
    public Throwable fillInStackTrace() {
        return this;
    }

    /**
     * What {@link #getRule()} returns: to handlers, the rule's resource; to people, the refusal.
     */
    private static final class Refusing extends AbstractRule {

        private final Rejection rejection;

        private Refusing(Rejection rejection) {
            this.rejection = rejection;
            setResource(rejection.resource());
            setLimitApp(RuleConstant.LIMIT_APP_DEFAULT);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Refusing refusing && rejection.equals(refusing.rejection);
        }

        @Override
        public int hashCode() {
            return rejection.hashCode();
        }

        @Override
        public String toString() {
            return rejection.toString();
        }
    }
}
