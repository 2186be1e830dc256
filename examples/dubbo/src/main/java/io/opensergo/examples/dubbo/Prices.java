package io.opensergo.examples.dubbo;

/** The service. */
public interface Prices {

    /** Returns the price of an article, and who says so; fails for an article that is unknown. */
    String price(String article);
}
