-- learned: what calls of a role came to. ARGV: 1 provider, 2 model, 3 role. Gives the ratio and the 95 % quantile, empty where it is not known.
return read_learned(ARGV[1], ARGV[2], ARGV[3])
