// As much of Spring Boot as the generated configuration names: Debian has the framework alone.
package org.springframework.boot.web.servlet;

import javax.servlet.Filter;

public class FilterRegistrationBean<T extends Filter> {
    private final T filter;

    public FilterRegistrationBean(T filter) {
        this.filter = filter;
    }

    public T getFilter() {
        return filter;
    }

    public void setOrder(int order) {
        if (order != Integer.MIN_VALUE) throw new IllegalArgumentException("not the first filter");
    }
}
