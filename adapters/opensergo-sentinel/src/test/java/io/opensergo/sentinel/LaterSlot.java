package io.opensergo.sentinel;

import com.alibaba.csp.sentinel.context.Context;
import com.alibaba.csp.sentinel.slotchain.AbstractLinkedProcessorSlot;
import com.alibaba.csp.sentinel.slotchain.ResourceWrapper;
import com.alibaba.csp.sentinel.slots.block.authority.AuthorityException;
import com.alibaba.csp.sentinel.slots.block.authority.AuthorityRule;
import com.alibaba.csp.sentinel.spi.Spi;

/**
 * A slot of a user's, behind ours, that refuses the requests to one resource, and fails at those to
 * another.
 */
@Spi
public final class LaterSlot extends AbstractLinkedProcessorSlot<Object> {

    static volatile String refused = "";
    static volatile String failing = "";

    @Override
    public void entry(
            Context context,
            ResourceWrapper resource,
            Object node,
            int count,
            boolean prioritized,
            Object... args)
            throws Throwable {
        if (resource.getName().equals(refused)) {
            throw new AuthorityException("a slot of the user's", new AuthorityRule());
        }
        if (resource.getName().equals(failing)) {
            throw new IllegalStateException("a fault of the user's");
        }
        fireEntry(context, resource, node, count, prioritized, args);
    }

    @Override
    public void exit(Context context, ResourceWrapper resource, int count, Object... args) {
        fireExit(context, resource, count, args);
    }
}
