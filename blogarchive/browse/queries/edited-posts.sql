-- t
-- d
select 1
