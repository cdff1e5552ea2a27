# planwatch's user: SELECT on the warehouse and nothing else. The entrypoint of
# the MariaDB image reads this once, when the database is made; it must not be
# executable, or the entrypoint would run it without its own functions.
docker_process_sql --database=mysql <<-SQL
	CREATE USER 'planwatch'@'%' IDENTIFIED BY '$(cat /run/secrets/warehouse_password)';
	GRANT SELECT ON warehouse.* TO 'planwatch'@'%';
SQL
