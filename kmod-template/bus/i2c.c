
static int ${name}_probe(struct i2c_client *client)
{
	return ${add|code}(&client->dev);
}

static const struct i2c_device_id ${name}_ids[] = {
	{ .name = "${name}" },
	{ }
};
MODULE_DEVICE_TABLE(i2c, ${name}_ids);

static struct i2c_driver ${name}_driver = {
	.driver = {
		.name = "${name}",
	},
	.probe = ${name}_probe,
	.id_table = ${name}_ids,
};
