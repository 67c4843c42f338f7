"""A second calculation of the marts, in plain Python, to hold the product's figures against.

Nothing here imports the product. Loops over rows are meant: this is the slow, readable reference.

    records     what the feeds' rows are once they are read, and masters by date
    files       a file of an export -> its records as text
    layouts     how the demo's files are named, and which header means what
    exports     the raw exports of a demo workspace -> records; what can't be read is left out
    edges       more exports for it: what seldom happens and is easily calculated wrongly
    plans       plans/*.yml -> plan versions
    calendars   months, quarters, halves and years, and their names
    rounding    half away from zero, and shares by largest remainder
    curve       F(x), the payout of a running measure, in exact fractions
    credits     sale lines -> events -> credits, with exceptions
    commission  credits -> measures -> commission lines -> totals and statements
    attainment  credits against quotas, and the company's goals
    channel     sale lines -> what each channel earned in each month
"""
