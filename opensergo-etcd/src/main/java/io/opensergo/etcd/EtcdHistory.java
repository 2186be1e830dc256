package io.opensergo.etcd;

import com.google.protobuf.ByteString;
import io.opensergo.etcd.internal.api.KeyValue;
import io.opensergo.etcd.internal.api.RangeRequest;
import io.opensergo.etcd.internal.api.RangeResponse;
import io.opensergo.rulerepository.RuleChange;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** Reads changes from the newest on, in pages, as far as they are asked for. */
final class EtcdHistory implements Iterator<RuleChange> {

    private static final int PAGE = 100;

    private final EtcdClient client;
    private final ByteString begin;
    private final Deque<RuleChange> page = new ArrayDeque<>();
    private ByteString end;
    private boolean more = true;

    /**
     * Begins.
     *
     * @param end the key before which the first change is
     */
    EtcdHistory(EtcdClient client, ByteString begin, ByteString end) {
        this.client = client;
        this.begin = begin;
        this.end = end;
    }

    @Override
    public boolean hasNext() {
        while (page.isEmpty() && more) {
            read();
        }
        return !page.isEmpty();
    }

    @Override
    public RuleChange next() {
        if (!hasNext()) {
            throw new NoSuchElementException("there are no earlier changes");
        }
        return page.remove();
    }

    private void read() {
        RangeResponse response =
                client.range(
                        RangeRequest.newBuilder()
                                .setKey(begin)
                                .setRangeEnd(end)
                                .setLimit(PAGE)
                                .setSortOrder(RangeRequest.SortOrder.DESCEND)
                                .build());
        for (KeyValue entry : response.getKvsList()) {
            RuleChange.fromJson(entry.getValue().toByteArray()).ifPresent(page::add);
            end = entry.getKey();
        }
        more = response.getMore() && response.getKvsCount() > 0;
    }
}
